from datagravity import chip as chip
from datagravity import symbolic as symbolic
from datagravity.decoding import decode_energy as decode_energy
from datagravity.decoding import prefill_energy as prefill_energy
from datagravity.evidence import load as load
from datagravity.evidence import tables as tables
from datagravity.intervals import Interval as Interval
from datagravity.intervals import propagate as propagate
from datagravity.law import asymptotic_saving as asymptotic_saving
from datagravity.law import disjunction_constant as disjunction_constant
from datagravity.law import energy as energy
from datagravity.law import excess_energy as excess_energy
from datagravity.law import implied_beta as implied_beta
from datagravity.law import optimal_distance as optimal_distance
from datagravity.law import saving as saving
from datagravity.law import saving_exponent as saving_exponent
from datagravity.law import saving_from_share as saving_from_share
from datagravity.law import workload_disjunction_constant as workload_disjunction_constant
from datagravity.pim import predict_pim as predict_pim
from datagravity.placement import Placement as Placement
from datagravity.placement import place as place

__version__: str
HOMES: dict[str, str]
__all__: list[str]
