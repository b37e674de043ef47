"""The model: every kind of thing that a plant's systems speak of, a file for each domain.

    resources    Equipment, EquipmentClass, PhysicalAsset, Person, PersonnelClass
    materials    MaterialClass, MaterialDefinition, MaterialLot, MaterialSublot
    product      BillOfMaterials, EngineeringChange, Document, WorkMaster, ProcessSegment
    demand       OperationsRequest, BusinessPartner, PurchaseReceipt, Shipment
    work         JobOrder, JobResponse; in `batch`: Batch, BatchStep
    quality      Sample, TestSpecification, TestResult; in `nonconformance`: NonConformance, CorrectiveAction
    maintenance  MaintenancePlan, Calibration, AssetCondition
    events       OperationsEvent, Tag

`MODEL` is the one value that the rest of the hub reads.
"""

from schema.model.base import Entity
from schema.model.batch import Batch, BatchStep
from schema.model.demand import BusinessPartner, OperationsRequest, PurchaseReceipt, Shipment
from schema.model.events import OperationsEvent, Tag
from schema.model.maintenance import AssetCondition, Calibration, MaintenancePlan
from schema.model.materials import MaterialClass, MaterialDefinition, MaterialLot, MaterialSublot
from schema.model.nonconformance import CorrectiveAction, NonConformance
from schema.model.product import BillOfMaterials, Document, EngineeringChange, ProcessSegment, WorkMaster
from schema.model.quality import Sample, TestResult, TestSpecification
from schema.model.resources import Equipment, EquipmentClass, Person, PersonnelClass, PhysicalAsset
from schema.model.work import JobOrder, JobResponse
from schema.registry import Model, build

KINDS: tuple[type[Entity], ...] = (
    Equipment,
    EquipmentClass,
    PhysicalAsset,
    Person,
    PersonnelClass,
    MaterialClass,
    MaterialDefinition,
    MaterialLot,
    MaterialSublot,
    BillOfMaterials,
    EngineeringChange,
    Document,
    WorkMaster,
    ProcessSegment,
    OperationsRequest,
    BusinessPartner,
    PurchaseReceipt,
    Shipment,
    JobOrder,
    JobResponse,
    Batch,
    BatchStep,
    Sample,
    TestSpecification,
    TestResult,
    NonConformance,
    CorrectiveAction,
    MaintenancePlan,
    Calibration,
    AssetCondition,
    OperationsEvent,
    Tag,
)

MODEL: Model = build(KINDS)
