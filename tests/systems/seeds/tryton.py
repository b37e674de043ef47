"""Fills a Tryton database, by Tryton's own client library: `python seeds/tryton.py CONFIGURATION LOTS PASSWORD`.

Runs in Tryton's environment. A soft drink's syrup is made of sugar and flavour, by the codes that the MES has too.
"""

import sys
from decimal import Decimal

from proteus import Model, config
from trytond.modules.company.tests.tools import create_company


def product(code, name, unit, price, **more):
    template = Model.get("product.template")()
    template.name, template.default_uom, template.type, template.list_price = name, unit, "goods", Decimal(price)
    for field, value in more.items():
        setattr(template, field, value)
    (only,) = template.products
    only.suffix_code, only.cost_price = code, Decimal(price) / 2
    template.save()
    return template.products[0]


def unit(name):
    return Model.get("product.uom").find([("name", "=", name)])[0]


def bill(made, inputs, routing):
    bom = Model.get("production.bom")(name=made.name)
    for component, quantity in inputs:
        bom.inputs.new(product=component, quantity=quantity)
    bom.outputs.new(product=made, quantity=1)
    bom.save()
    routing.boms.append(bom)
    routing.save()
    made.boms.append(Model.get("product.product-production.bom")(bom=bom, routing=routing))
    made.save()
    return bom


def center(name, parent=None):
    made = Model.get("production.work.center")(name=name, parent=parent)
    if parent is not None:
        made.category = Model.get("production.work.center.category")(name=name)
        made.category.save()
        made.cost_price, made.cost_method = Decimal(10), "cycle"
    made.save()
    return made


def routing_of(line, *steps):
    routing = Model.get("production.routing")(name="Make cola syrup")
    for name, machine in steps:
        category = center(machine, line).category
        operation = Model.get("production.routing.operation")(name=name, work_center_category=category)
        operation.save()
        routing.steps.new(operation=operation)
    routing.save()
    return routing


def stock(*lines):
    (storage,) = Model.get("stock.location").find([("code", "=", "STO")])
    inventory = Model.get("stock.inventory")(location=storage)
    for component, lot, quantity in lines:
        inventory.lines.new(product=component, lot=lot, quantity=quantity)
    inventory.click("confirm")


def lot(of, number):
    made = Model.get("stock.lot")(product=of, number=number)
    made.save()
    return made


def production(made, bom, routing, line, quantity, *clicks):
    order = Model.get("production")()
    order.product, order.bom, order.routing, order.work_center, order.quantity = made, bom, routing, line, quantity
    order.save()
    for click in clicks:
        order.click(click)
    return order


def numbered(prefix):
    (sequence,) = Model.get("ir.sequence").find([("name", "=", "Production")])
    sequence.prefix = prefix
    sequence.save()


def reader(password):
    user = Model.get("res.user")(name="Hub", login="hub", password=password)
    for name in ("Production", "Stock"):
        user.groups.append(Model.get("res.group").find([("name", "=", name)])[0])
    (company,) = Model.get("company.company").find()
    user.companies.append(company)
    user.company = company
    user.save()


def main(configuration, lots, password):
    config.set_trytond("erp", config_file=configuration)
    create_company()
    reader(password)
    numbered("PRO-")
    kilogram, litre, piece = unit("Kilogram"), unit("Liter"), unit("Unit")
    sugar = product("RAW-SUGAR", "Sugar", kilogram, 2)
    flavour = product("RAW-FLAVOR", "Cola Flavor Concentrate", litre, 30)
    cola = product("FG-COLA", "Cola Syrup 1L", piece, 40, producible=True)
    line = center("LINE1")
    routing = routing_of(line, ("Mix", "MIX01"), ("Pack", "PACK01"))
    bom = bill(cola, [(sugar, 0.5), (flavour, 0.1)], routing)
    stock((sugar, lot(sugar, "SUP-S-1"), 500), (flavour, lot(flavour, "SUP-F-1"), 100))
    production(cola, bom, routing, line, 12)
    for _ in range(8):
        production(cola, bom, routing, line, 20, "wait")
    production(cola, bom, routing, line, 30, "wait", "assign_force", "run")
    Model.get("stock.lot")._proxy.create(
        [{"product": sugar.id, "number": f"S-{number:05}"} for number in range(int(lots))], config.get_config().context
    )


main(*sys.argv[1:])
