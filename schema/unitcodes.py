"""The units that plants use, as data; `schema.units` reads it.

`METRIC` and `PLAIN` hold UCUM symbols, each written `symbol:factor:unit`; a symbol defined by itself is a base unit.
Factors are those of UCUM 2.2, as decimals, so that they stay exact. `REC20` gives the UCUM form of UN/ECE
Recommendation 20 common codes (revision 17); `MEANT` the UCUM code of what people write instead.
"""

from __future__ import annotations

Definitions = dict[str, tuple[str, str]]


def _definitions(text: str) -> Definitions:
    return {symbol: (factor, of) for symbol, factor, of in (item.split(":") for item in text.split())}


def _pairs(text: str) -> dict[str, str]:
    return {code: meaning for code, meaning in (item.split(":") for item in text.split())}


PREFIXES = {
    code: int(power) for code, power in _pairs("T:12 G:9 M:6 k:3 h:2 da:1 d:-1 c:-2 m:-3 u:-6 n:-9 p:-12").items()
}
"""Powers of ten by prefix. The rest of UCUM's are left out: EA is each, PL a pail and ft a foot, not exaampere,
petalitre and femtotonne."""

METRIC = _definitions("""
    m:1:m  g:1:g  s:1:s  A:1:A  K:1:K  mol:1:mol  cd:1:cd  rad:1:rad  B:1:B  Np:1:Np  [iU]:1:[iU]  sr:1:rad2
    Hz:1:s-1  N:1:kg.m/s2  Pa:1:N/m2  J:1:N.m  W:1:J/s  C:1:A.s  V:1:J/C  F:1:C/V  Ohm:1:V/A  S:1:A/V  Wb:1:V.s
    T:1:Wb/m2  lm:1:cd.sr  lx:1:lm/m2  Bq:1:s-1  Gy:1:J/kg  Sv:1:J/kg  kat:1:mol/s  U:1:umol/min
    eq:1:mol  osm:1:mol  [IU]:1:[iU]  l:1:dm3  L:1:dm3  ar:100:m2   tex:1:g/km  bar:1e5:Pa
    m[H2O]:9.80665:kPa  m[Hg]:133.3220:kPa  gf:9.80665:g.m/s2  dyn:1:g.cm/s2  erg:1:dyn.cm  P:1:dyn.s/cm2
    St:1:cm2/s  cal:4.184:J  cal_th:4.184:J  cal_IT:4.1868:J  eV:1.602176634e-19:J  Ci:37e9:Bq  mho:1:S
    By:8:bit  Cel:1:K
""")
"""Symbols that take a prefix. Moles are a quantity of their own, as in the SI. Gauss is left out: G is meant for g."""

PLAIN = _definitions("""
    t:1000:kg  kt:1000:t  Mt:1000:kt  H:1:Wb/A  mH:1e-3:H  uH:1e-6:H  nH:1e-9:H
    [pH]:1:[pH]  [CFU]:1:[CFU]  [PFU]:1:[PFU]  [NTU]:1:[NTU]  [FNU]:1:[FNU]  [EU]:1:[EU]  [arb'U]:1:[arb'U]
    bit:1:bit  10*:10:1  10^:10:1  [pi]:3.1415926535897932384626433832795:1  %:1e-2:1  [ppth]:1e-3:1
    [ppm]:1e-6:1  [ppb]:1e-9:1  min:60:s  h:60:min  d:24:h  wk:7:d  a:365.25:d  mo:30.4375:d  deg:2:[pi].rad/360
    ':1:deg/60  '':1:'/60  gon:0.9:deg  atm:101325:Pa  [g]:9.80665:m/s2  [c]:299792458:m/s
    u:1.66053906660e-24:g  [degF]:5:K/9  [degR]:5:K/9  [in_i]:2.54:cm  [ft_i]:12:[in_i]  [yd_i]:3:[ft_i]
    [mi_i]:5280:[ft_i]  [mil_i]:1e-3:[in_i]  [nmi_i]:1852:m  [kn_i]:1:[nmi_i]/h  [sin_i]:1:[in_i]2
    [sft_i]:1:[ft_i]2  [syd_i]:1:[yd_i]2  [cin_i]:1:[in_i]3  [cft_i]:1:[ft_i]3  [cyd_i]:1:[yd_i]3
    [ft_us]:1200:m/3937  [acr_us]:43560:[ft_us]2  [bu_us]:2150.42:[in_i]3  [gal_us]:231:[in_i]3
    [qt_us]:1:[gal_us]/4  [pt_us]:1:[qt_us]/2  [foz_us]:1:[gal_us]/128  [bbl_us]:42:[gal_us]  [gal_br]:4.54609:l
    [qt_br]:1:[gal_br]/4  [pt_br]:1:[qt_br]/2  [foz_br]:1:[gal_br]/160  [gr]:64.79891:mg  [lb_av]:7000:[gr]
    [oz_av]:1:[lb_av]/16  [oz_tr]:480:[gr]  [car_m]:0.2:g  [stone_av]:14:[lb_av]  [scwt_av]:100:[lb_av]
    [lcwt_av]:112:[lb_av]  [ston_av]:20:[scwt_av]  [lton_av]:20:[lcwt_av]  [lbf_av]:1:[lb_av].[g]
    [psi]:1:[lbf_av]/[in_i]2  [in_i'H2O]:1:m[H2O].[in_i]/m  [in_i'Hg]:1:m[Hg].[in_i]/m  [den]:1:g/9/km
    [Btu_IT]:1.05505585262:kJ  [Btu_th]:1.054350:kJ  [Btu]:1:[Btu_th]  [HP]:550:[ft_i].[lbf_av]/s
    [Cal]:1:kcal_th  Bd:1:s-1
""")
"""Symbols that take no prefix, or only those written out: mt is no millitonne, pH no picohenry."""

OFFSETS = {"Cel": "273.15", "[degF]": "459.67"}
"""What is added to a temperature on this scale before its factor applies."""

ONE = frozenset({"1", "count", "each", "ea", "item", "pc", "pcs", "piece", "pieces", "unit", "units", "#"})
"""Annotations that say no more than "one thing". Any other annotation that stands alone counts things of its own."""

REC20: dict[str, str] = {
    **_pairs("""
        KGM:kg  GRM:g  MGM:mg  MC:ug  HGM:hg  DJ:dag  DTN:100.kg  TNE:t  KTN:kt  LBR:[lb_av]  ONZ:[oz_av]  APZ:[oz_tr]
        CWA:[scwt_av]  CWI:[lcwt_av]  STN:[ston_av]  LTN:[lton_av]  STI:[stone_av]  GRN:[gr]  CTM:[car_m]
    """),  # mass
    **_pairs("""
        LTR:L  MLT:mL  CLT:cL  DLT:dL  HLT:hL  K6:kL  MAL:ML  4G:uL  MTQ:m3  DMQ:dm3  CMQ:cm3  MMQ:mm3  FTQ:[cft_i]
        INQ:[cin_i]  YDQ:[cyd_i]  GLL:[gal_us]  QT:[qt_us]  PT:[pt_us]  OZA:[foz_us]  BLL:[bbl_us]  GLI:[gal_br]
        QTI:[qt_br]  PTI:[pt_br]  OZI:[foz_br]
    """),  # volume
    **_pairs("""
        MTR:m  DMT:dm  CMT:cm  MMT:mm  4H:um  C45:nm  KMT:km  HMT:hm  INH:[in_i]  FOT:[ft_i]  YRD:[yd_i]  SMI:[mi_i]
        NMI:[nmi_i]  MTK:m2  DMK:dm2  CMK:cm2  MMK:mm2  KMK:km2  HAR:har  ACR:[acr_us]  INK:[sin_i]  FTK:[sft_i]
        YDK:[syd_i]
    """),  # length and area
    **_pairs("""
        SEC:s  MIN:min  HUR:h  DAY:d  WEE:wk  MON:mo  ANN:a  C26:ms  B98:us  C47:ns  HTZ:Hz  KHZ:kHz  MHZ:MHz
        A86:GHz  C94:min-1  C97:s-1  RPM:{rev}/min  RPS:{rev}/s  BPM:{beat}/min
    """),  # time and rates
    **_pairs("""
        MTS:m/s  KMH:km/h  2X:m/min  H81:mm/min  C16:mm/s  2M:cm/s  HM:[mi_i]/h  FR:[ft_i]/min  FS:[ft_i]/s
        KNT:[kn_i]  MSK:m/s2  2A:rad/s  L2:L/min  E32:L/h  G51:L/s  41:mL/min  40:mL/s  G55:mL/h  4X:kL/h  MQH:m3/h
        MQS:m3/s  G53:m3/min  G52:m3/d  2L:[cft_i]/min  2K:[cft_i]/h  G2:[gal_us]/min  G3:[gal_br]/min  KGS:kg/s
        F31:kg/min  E93:kg/h  F28:g/min  F33:mg/min  E18:t/h
    """),  # speed and flow
    **_pairs("""
        CEL:Cel  KEL:K  FAH:[degF]  H13:K/min  F11:K/min
    """),  # temperature
    **_pairs("""
        NEW:N  B47:kN  C20:mN  B37:kgf  NU:N.m  B48:kN.m  J72:cN.m  PAL:Pa  A97:hPa  KPA:kPa  MPA:MPa  BAR:bar
        MBR:mbar  ATM:atm  HN:mm[Hg]  PS:[psi]  E01:N/cm2  C56:N/mm2  E42:kgf/cm2  4P:N/m
    """),  # force, pressure, torque
    **_pairs("""
        JOU:J  KJO:kJ  3B:MJ  GV:GJ  WHR:W.h  KWH:kW.h  MWH:MW.h  GWH:GW.h  D32:TW.h  E14:kcal_IT  BTU:[Btu_IT]
        WTT:W  KWT:kW  MAW:MW  A90:GW  BHP:[HP]  D46:V.A  KVA:kV.A  MVA:MV.A  KVR:kV.A{reactive}
        K3:kV.A.h{reactive}
    """),  # energy and power
    **_pairs("""
        AMP:A  4K:mA  B84:uA  B22:kA  VLT:V  2Z:mV  KVT:kV  OHM:Ohm  B49:kOhm  B75:MOhm  FAR:F  4T:pF  SIE:S  C27:mS
        B99:uS  D10:S/m  G42:uS/cm  H61:mS/cm  D33:T  CDL:cd  LUM:lm  LUX:lx  2N:dB  DD:deg
    """),  # electricity and light
    **_pairs("""
        C34:mol  C18:mmol  FH:umol  B45:kmol  C36:mol/m3  B46:kmol/m3  C38:mol/L  A94:g/mol  D74:kg/mol  GL:g/L
        M1:mg/L  23:g/cm3  KMQ:kg/m3  B35:kg/L  A93:g/m3  GP:mg/m3  GQ:ug/m3  D41:t/m3  GM:g/m2  28:kg/m2  NA:mg/kg
        C65:Pa.s  C24:mPa.s  4C:cSt  C17:mm2/s  Q30:[pH]  NIU:[iU]
    """),  # amount, concentration, density
    **_pairs("""
        D53:W/(m.K)  D55:W/(m2.K)  B43:kJ/(kg.K)
    """),  # heat
    **_pairs("""
        C62:1  H87:{piece}  EA:{each}  P1:%  59:[ppm]  61:[ppb]  PR:2  DZN:12  GRO:144  CEN:100  MIL:1000  SET:{set}
        NMP:{pack}  NPT:{part}  AY:{assembly}  E27:{dose}
    """),  # counts and shares
}

MEANT = _pairs("""
    °C:Cel  degC:Cel  celsius:Cel  °F:[degF]  degF:[degF]  °:deg  m²:m2  m³:m3  cm²:cm2  cm³:cm3  mm²:mm2
    cbm:m3  ccm:cm3  qm:m2  m3/hr:m3/h  m³/h:m3/h  lpm:L/min  lph:L/h  gpm:[gal_us]/min  cfm:[cft_i]/min  kgs:kg
    kilogram:kg  gr:g  gram:g  grams:g  ton:t  tonne:t  to:t  mcg:ug  lb:[lb_av]  lbs:[lb_av]  oz:[oz_av]
    litre:L  liter:L  ltr:L  gal:[gal_us]  sec:s  second:s  seconds:s  mins:min  minute:min  minutes:min  hr:h
    hrs:h  hour:h  hours:h  day:d  days:d  week:wk  month:mo  year:a  years:a  yr:a  in:[in_i]  inch:[in_i]
    ft:[ft_i]  yd:[yd_i]  rpm:{rev}/min  psi:[psi]  inH2O:[in_i'H2O]  mmHg:mm[Hg]  kp:kgf
    barg:bar{gauge}  bara:bar{absolute}  bar(g):bar{gauge}  bar(a):bar{absolute}  Nm:N.m  kWh:kW.h  MWh:MW.h
    Wh:W.h  kVA:kV.A  kvar:kV.A{reactive}  hp:[HP]  ohm:Ohm  Ω:Ohm  kΩ:kOhm  mPas:mPa.s  ppm:[ppm]  ppb:[ppb]
    pH:[pH]  IU:[IU]  cfu:[CFU]  CFU:[CFU]  NTU:[NTU]  M:mol/L  percent:%  pct:%  pcs:{piece}  pc:{piece}
    piece:{piece}  pieces:{piece}  ea:{each}  each:{each}  PCE:{piece}  ST:{piece}  STK:{piece}  Stk:{piece}
    unit:1  units:1  Unit(s):1  dozen:DZN  box:{box}  pallet:{pallet}  roll:{roll}  G:g  KG:kg
""")
