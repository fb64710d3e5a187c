"""What a reader asks of the law: G_d of a machine, what closeness saves, what a token costs, where to compute."""

import json
import re
import warnings
from pathlib import Path

import click

from datagravity.command import brought
from datagravity.command.answering import Answer, command

FILE = click.Path(path_type=Path)
PER_OPERATION = "64 bits an operation, two 32-bit operands, each used once"
OWN_WIDTH = "one operand of the operation's own width"


@command("gd", example=["gd 1300 1.31", "gd --memory HBM2 --operation 'FP16 MAC'"])
@click.argument("transport_pj", type=float, required=False, help="Energy of moving the operands of one operation, pJ.")
@click.argument("compute_pj", type=float, required=False, help="Energy of that operation, pJ.")
@click.option("--memory", help="A memory of the table energy: a level, a type such as HBM2, or the id of a row.")
@click.option("--operation", help="An operation of the table energy, such as FP32 multiply, or the id of a row.")
def gd(transport_pj, compute_pj, memory, operation):
    """G_d of two energies, or of a memory and an operation.

    The energies are yours; a memory and an operation are those of the tables, and each pair of rows is printed with its
    interval, its source, what it counts, and the convention.
    """
    named = memory is not None or operation is not None
    if named == (transport_pj is not None) or (transport_pj is None) != (compute_pj is None):
        raise click.UsageError("expected either TRANSPORT_PJ and COMPUTE_PJ, or --memory, --operation or both")
    if named:
        return _gd_of_rows(memory, operation)
    from datagravity.command.layout import number
    from datagravity.law import disjunction_constant

    found = disjunction_constant(transport_pj, compute_pj)
    convention = "the transport of one operation over that operation, both as given"
    text = f"G_d = {number(found)}\nConvention: {convention}. Two numbers have no interval."
    energies = {"transport_pj": transport_pj, "compute_pj": compute_pj}
    return Answer(text, {"gd": found, "convention": convention, **energies})


def _gd_of_rows(memory, operation):
    """G_d of every pair of rows for a memory and an operation, of one machine where one has both."""
    from datagravity.command.waiting import use_store

    use_store()
    from datagravity.command.layout import aligned, between, plain

    pairs, apart = _pairs(memory, operation)
    kept = ("access", "operation", "source", "node", "scope", "method", "status", "grey", "locator")
    rows = [
        plain(
            {name: row[name] for name in kept}
            | {"rows": [row["transport_row"], row["compute_row"]], "width_bits": row["width_bits"]}
            | {
                f"{called}{end}": row[f"{name}{end}"]
                for name, called in _NAMES.items()
                for end in ("", "_low", "_high")
            }
            | {"apart_by": _apart(row)}
        )
        for row in pairs.to_dict("records")
    ]
    lines = aligned(
        [
            [
                row["access"],
                row["operation"],
                *(
                    said
                    for name in _NAMES.values()
                    for said in (row[name], between(row[f"{name}_low"], row[f"{name}_high"]))
                ),
                "+".join(row["rows"]),
                row["source"],
                row["scope"],
            ]
            for row in rows
        ],
        ["access", "operation", "G_d", "interval", "published", "interval", "rows", "source", "scope"],
        widest=36,
    )
    said = [
        f"G_d: {OWN_WIDTH}, the book's convention. Published: {PER_OPERATION}.",
        "An interval is the range that the source prints. Scope: what the access counts / what the operation counts.",
    ]
    if apart:
        said.append(_why_apart(rows))
    said.append("`datagravity source energy:ROW` says where a row comes from.")
    conventions = {"own_width_gd": OWN_WIDTH, "published_gd": PER_OPERATION}
    values = {"pairs": rows, "of_one_machine": not apart, "convention": conventions}
    return Answer(f"{lines}\n\n" + "\n".join(said), values)


#: The columns of a G_d in the order of the answer -> what the answer calls them.
_NAMES = {"gd_matched": "own_width_gd", "gd": "published_gd"}


def _apart(row):
    """In what the two rows of a pair differ that the rows of one machine share."""
    return [name for name in ("source", "node") if " / " in row[name]]


def _why_apart(rows):
    """Why the book makes no pairs of these rows."""
    sources = ["source" in row["apart_by"] for row in rows]
    nodes = ["node" in row["apart_by"] for row in rows]
    if all(sources):
        what = "no source has both, so these rows are of two sources each, and what they count may differ"
    elif any(sources):
        what = "no machine has both; some rows are of two sources and some of two nodes of one, as the lines say"
    elif all(nodes):
        what = "both rows are of one source, but of two nodes: " + "; ".join(dict.fromkeys(r["node"] for r in rows))
    else:
        what = "both rows are of one source, which has them at two voltages, or they repeat an earlier source's"
    return f"No pair of the book: {what}."


def _pairs(memory, operation):
    """The pairs of `processors.disjunction_constants` that a reader means, and whether the book has no such pair."""
    from datagravity.naming import found
    from datagravity.processors import accesses, disjunction_constants, operations, paired

    reads, works = accesses(), operations()
    types = reads.set_index("id")["memory_type"].fillna("")
    if memory is not None:
        names = [*reads["memory_level"], *types[types != ""]]
        memory = memory if memory in set(reads["id"]) else found("--memory", memory, names)
        reads = reads[(reads[["memory_level", "memory_type", "id"]] == memory).any(axis=1)]
    if operation is not None:
        names = list(works["operation_class"])
        operation = operation if operation in set(works["id"]) else found("--operation", operation, names)
        works = works[(works[["operation_class", "id"]] == operation).any(axis=1)]
    pairs = disjunction_constants(include_recalled=True)
    pairs = pairs[pairs["transport_row"].isin(reads["id"]) & pairs["compute_row"].isin(works["id"])]
    pairs = _checked_again(pairs)
    if len(pairs) or memory is None or operation is None:
        if not len(pairs):
            raise ValueError(
                f"{' and '.join(filter(None, (memory, operation)))}: no source has an access and an operation for it, "
                "expected both --memory and --operation, whose rows may be of two machines"
            )
        return pairs, False
    both = _checked_again(reads).merge(_checked_again(works), how="cross", suffixes=("", "_compute"))
    return paired(both), True


def _checked_again(rows):
    """The rows whose numbers were checked again; all of them if none was."""
    kept = rows[rows["status"] != "recalled"]
    return kept if len(kept) else rows


@command("saving", example=["saving 992 --beta 2", "saving 992 --beta 1.5 --fixed-share 0.5 --model patch"])
@click.argument("gd", type=float, metavar="GD", help="The disjunction constant.")
@click.option("--beta", type=float, default=2.0, show_default=True, help="Between 1 and 3.")
@click.option(
    "--fixed-share", type=float, default=0.0, show_default=True, help="Of transport, what no distance shrinks."
)
@click.option("--model", type=click.Choice(["tile", "patch"]), default="tile", show_default=True, help="Of closeness.")
def saving(gd, beta, fixed_share, model):
    """What the best distance saves, and where it lies."""
    from datagravity import law
    from datagravity.command.layout import number

    found = {
        "saving": law.saving(gd, beta, model=model, fixed_share=fixed_share),
        "best_distance": law.optimal_distance(gd, beta, model=model, fixed_share=fixed_share),
        "bare_power": law.asymptotic_saving(gd, beta),
    }
    where = "closer" if found["best_distance"] < 1 else "farther away, which the law takes for free"
    text = (
        f"saving         {number(found['saving'])}\n"
        f"best distance  {number(found['best_distance'])} of the distance as built: {where}\n"
        f"bare power     {number(found['bare_power'])}, G_d ** ((beta - 1) / 2), without the prefactor\n\n"
        f"For G_d = {number(gd)}, beta = {number(beta)}, a fixed share of {number(fixed_share)} and the model of "
        f"{'tiles' if model == 'tile' else 'patches'}."
    )
    return Answer(text, found | {"gd": gd, "beta": beta, "fixed_share": fixed_share, "model": model})


@command(
    "energy-per-token",
    example=["energy-per-token 'Llama-3 8B' H200 --batch 32 --context 4096", "energy-per-token config.json H200"],
)
@click.argument("model", help="A name of the table llm, or a config.json as Hugging Face models have it.")
@click.argument("accelerator", help="A name of the table accelerators.")
@click.option("--batch", type=float, default=1.0, show_default=True, help="Sequences in flight.")
@click.option("--context", type=float, default=1024.0, show_default=True, help="Mean tokens in the cache of one.")
@click.option("--prompt", type=float, default=0.0, show_default=True, help="Mean tokens of prompts read meanwhile.")
@click.option("--gpus", type=int, default=1, show_default=True, help="Accelerators that share the model.")
@click.option("--weight-bits", type=float, help="Width of a weight.  [default: 16, or as the configuration says]")
def energy_per_token(model, accelerator, batch, context, prompt, gpus, weight_bits):
    """What a token of a language model costs, and why."""
    _within(batch=batch, context=context, prompt=prompt, gpus=gpus, weight_bits=weight_bits)
    from datagravity.command.waiting import saying, use_store

    use_store()
    from datagravity import catalogue
    from datagravity.command.layout import aligned, between, number, plain
    from datagravity.naming import found

    notes = []
    if model.endswith(".json") or Path(model).is_file():
        given = _configuration(Path(model), notes)
    else:
        given = found("MODEL", model, [row.cells["name"] for row in catalogue.rows("llm")])
    place = found("ACCELERATOR", accelerator, [row.cells["name"] for row in catalogue.rows("accelerators")])
    from datagravity.decoding import LEVEL, decode_energy

    with warnings.catch_warnings(record=True) as told, saying("Fitting the model of time and energy to measured runs."):
        warnings.simplefilter("always", UserWarning)
        token = decode_energy(
            given, place, batch=batch, context=context, prompt=prompt, gpus=gpus, weight_bits=weight_bits
        )
    notes += [str(one.message) for one in told if issubclass(one.category, UserWarning)]
    rows = [[name.replace("_", " "), joules, round(100 * token.shares[name])] for name, joules in token.terms.items()]
    text = (
        f"{number(token.joules_per_token)} J a token, {between(token.low, token.high)} J in the band, at "
        f"{100 * LEVEL:.0f} %, of models that were left out of the fit; "
        f"{number(token.tokens_per_joule)} tokens a joule.\n"
        f"{token.model} on {token.accelerator}: batch {number(batch)}, context {number(context)}, {gpus} of them.\n\n"
        f"{aligned(rows, ['term', 'J', '%'])}\n\n"
        f"G_d = {number(token.gd)}: weights and cache over arithmetic; "
        + (
            f"one at a batch of {number(token.batch_at_unity)}."
            if token.batch_at_unity < 1e300
            else "above one at any batch."
        )
        + "".join(f"\nNote: {note}" for note in notes)
    )
    names = ("model", "accelerator", "joules_per_token", "low", "high", "terms", "shares", "gd", "batch_at_unity")
    names += ("tokens_per_joule", "step_seconds", "weight_bytes", "kv_bytes", "flop", "bounds", "time_bounds")
    return Answer(text, plain({name: getattr(token, name) for name in names} | {"notes": notes}))


#: Beyond these nobody has run a model, and the fit to measured runs says nothing: option -> most, and why.
MOST = {
    "batch": (65_536, "the largest of the measured runs has 4,096 sequences in flight"),
    "context": (100_000_000, "the longest that a model of the tables was made for is 10,485,760 tokens"),
    "prompt": (100_000_000, "the longest that a model of the tables was made for is 10,485,760 tokens"),
    "gpus": (1_024, "runs on 1 to 8 accelerators were measured, and here all of them share every layer"),
    "weight_bits": (64, "no weight is stored wider"),
}


def _within(**given):
    """Refuse a setting beyond all sense, and say why it is."""
    for name, value in given.items():
        if value is not None and not value <= MOST[name][0]:
            most, why = MOST[name]
            raise ValueError(f"--{name.replace('_', '-')}: {value:g}, expected at most {most:,}: {why}")


#: Parts of the names of fields that decide nothing of what a token costs here, such as rms_norm_eps.
_IDLE = re.compile(
    r"(?:^|_)(act|alpha|architectures|auto|bos|cache|coef|dropout|eos|eps|factor|initializer|loss|map|model|norm|pad|"
    r"pretraining|range|remove|rope|router|scaling|theta|transformers|version)(?:_|$)"
)
#: Fields of published configurations that are written almost as others are, and mean something else.
_OF_THEIR_OWN = {"n_group", "qk_head_dim", "v_head_dim"}


def _configuration(path, notes):
    """The configuration in a file, after a look at what is missing, unknown or contradictory in it."""
    given = _json(path)
    if not isinstance(given, dict):
        raise ValueError(f"{path}: expected an object of JSON with the fields of a configuration")
    if "hidden_size" not in given and isinstance(given.get("text_config"), dict):
        notes.append(f"{path.name}: its text_config is taken, the part that writes")
        given = given["text_config"]
    from datagravity.decoding import configuration
    from datagravity.naming import alike, nearest

    known = {*configuration.NEEDED, *configuration.OPTIONAL, "tie_word_embeddings", "attention_bias", "torch_dtype"}
    known |= {"moe_intermediate_size", "hybrid_override_pattern", "qk_nope_head_dim", "_name_or_path", "dtype"}
    unknown = [name for name in given if name not in known]
    missing = [name for name in (*configuration.NEEDED, "tie_word_embeddings") if given.get(name) is None]
    if missing:
        near = {name: [one for one in nearest(name, unknown) if alike(one, name)][:1] for name in missing}
        said = [f"{name} (is {near[name][0]} meant for it?)" if near[name] else name for name in missing]
        raise ValueError(f"{path}: missing {', '.join(said)}, expected every one of them")
    others = known - given.keys()
    misspelt = {
        name: [one for one in nearest(name, others) if alike(one, name)][:1]
        for name in unknown
        if name not in _OF_THEIR_OWN
    }
    if wrong := {name: near[0] for name, near in misspelt.items() if near}:
        said = ", ".join(f"{name} (is {near} meant?)" for name, near in wrong.items())
        raise ValueError(f"{path}: unknown {said}, expected the words of a configuration")
    if given.get("dtype") is not None:
        given = {"torch_dtype": given["dtype"]} | given
    _contradictions(path, given)
    if "quantization_config" in given:
        notes.append(f"{path.name}: its quantization_config is not read; --weight-bits says the width of a weight")
    telling = [name for name in unknown if not _IDLE.search(name) and name != "quantization_config"]
    if telling:
        notes.append(f"{path.name}: not read here: {', '.join(telling)}")
    return {"_name_or_path": path.name} | given


def _contradictions(path, given):
    """Refuse fields that cannot be true together."""

    def whole(name):
        value = given.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None

    heads, cached, hidden, layers = map(
        whole, ("num_attention_heads", "num_key_value_heads", "hidden_size", "num_hidden_layers")
    )
    experts = {name: whole(name) for name in ("num_experts", "num_local_experts", "n_routed_experts") if whole(name)}
    chosen, pattern = whole("num_experts_per_tok"), given.get("hybrid_override_pattern")
    found = []
    if heads and cached and heads % cached:
        found.append(f"num_attention_heads {heads} is no multiple of num_key_value_heads {cached}")
    if heads and hidden and hidden % heads and not given.get("head_dim") and not given.get("kv_lora_rank"):
        found.append(f"hidden_size {hidden} is no multiple of num_attention_heads {heads}, and head_dim is not there")
    if len(set(experts.values())) > 1:
        found.append(" and ".join(f"{name} {count}" for name, count in experts.items()) + " count the same experts")
    if experts and chosen and chosen > min(experts.values()):
        found.append(f"num_experts_per_tok {chosen} is more than the experts, {min(experts.values())}")
    if isinstance(pattern, str) and layers and len(pattern) != layers:
        found.append(f"hybrid_override_pattern has {len(pattern)} letters for num_hidden_layers {layers}")
    both = [str(given[name]).removeprefix("torch.") for name in ("dtype", "torch_dtype") if given.get(name)]
    if len(set(both)) > 1:
        found.append(f"dtype {both[0]} and torch_dtype {both[1]} differ")
    if found:
        raise ValueError(f"{path}: {'; '.join(found)}; expected fields that agree")


def _json(path):
    """What a file of JSON holds."""
    from datagravity import sheet

    def refuse(word):
        raise ValueError(f"{word} is no number of JSON")

    content = path.read_bytes()
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=refuse)
    except ValueError as error:
        if (kind := sheet.kind_of(content)) != "JSON":
            raise ValueError(f"{path}: expected JSON; this is {kind}") from None
        raise ValueError(f"{path}: {error}, expected JSON") from None


@command("place", example=["place masses.csv", "place masses.parquet --exponent 1.5"])
@click.argument(
    "file", type=FILE, help="CSV, JSON, .xlsx, Parquet or NPY with columns x, y, perhaps z, and perhaps mass."
)
@click.option("--exponent", type=float, default=1.0, show_default=True, help="Of energy against distance: beta - 1.")
def place(file, exponent):
    """Where to compute when data lie in many places.

    Prints the best place, its energy, and what it saves against the centroid and the first of the places.
    """
    import numpy as np

    from datagravity.command.layout import number, plain

    names, positions, masses = brought.masses(file)
    from datagravity import placement

    found = placement.place(masses, positions, exponent)
    centre = np.average(positions, axis=0, weights=masses)
    savings = {"centroid": found.saving_over(centre), "first": found.saving_over(positions[0])}
    gap = (found.energy - found.lower_bound) / found.energy if found.energy else 0.0
    where = ", ".join(f"{name} = {number(float(value), 6)}" for name, value in zip(names, found.position, strict=True))
    proof = "proven best" if found.certified else f"at most {number(100 * gap)} % above the least energy there is"
    text = (
        f"best place  {where}\n"
        f"energy      {number(found.energy, 6)}, {proof}; mass times distance to the power of {number(exponent)}\n"
        f"saving      {number(savings['centroid'])} against the centroid, {number(savings['first'])} against the first "
        f"of {len(masses)} places"
    )
    values = {
        "position": dict(zip(names, found.position.tolist(), strict=True)),
        "energy": found.energy,
        "lower_bound": found.lower_bound,
        "certified": found.certified,
        "exponent": exponent,
        "saving_over": savings,
        "centroid": centre,
        "places": len(masses),
    }
    return Answer(text, plain(values))


@command("predict", example=["predict --template", "predict my_memory.csv"])
@click.argument(
    "file", type=FILE, required=False, help="One or more systems as CSV, JSON or .xlsx, as --template shows them."
)
@click.option("--template", is_flag=True, help="Print a file to fill in.")
def predict(file, template):
    """What processing in memory would save you.

    Every specification of the book predicts the saving of a memory system of your own: printed are the median, the
    middle 80 % of all draws, and how often the law forecasts published reports better than a constant does.
    """
    if template:
        text, fields = brought.template()
        return Answer(text, fields)
    if file is None:
        raise click.UsageError("Missing argument 'FILE'; --template prints one to fill in.")
    from datagravity.command.waiting import saying, use_store

    use_store()
    systems = brought.systems(file)
    with saying("Predicting under thousands of specifications: some seconds, the first time half a minute."):
        from datagravity import pim

        found = [(name, row, pim.predict(row)) for name, row in systems]
    from datagravity.command.layout import between, number, plain

    texts = []
    for name, row, one in found:
        gains = (
            f"Of the specifications that compare reports of this scope, the law forecasts better than a constant in "
            f"{100 * one.gains:.0f} %."
            if one.gains is not None
            else "No specification compares reports of this scope, so nothing says how good the law is there."
        )
        texts.append(
            f"{name}: {number(one.value)} times less energy, {between(one.low, one.high)} in four of five draws.\n"
            f"Over {one.specifications} specifications the median goes from {between(one.median_low, one.median_high)}."
            f"\n{gains}" + ("" if row.get("baseline_class") else "\nNote: without baseline_class, any memory off chip.")
        )
    values = [{"name": name, "given": row, **one._asdict()} for name, row, one in found]
    return Answer("\n\n".join(texts), plain(values))


COMMANDS = [gd, saving, energy_per_token, place, predict]
