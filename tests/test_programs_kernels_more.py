"""Kernels that depend on the number of places: streams that compute what they should, and counts in closed form."""

import doctest
from math import isqrt, prod

import numpy as np
import pytest

from datagravity.programs import placing
from datagravity.programs.kernels import distributed, transposed
from datagravity.programs.traces import PLACES

MODULES = (distributed, transposed)
KERNELS = {kernel.name: kernel for module in MODULES for kernel in module.KERNELS}
TINY = {"matmul SUMMA": 8, "matmul 2.5-D": 8, "matmul 2.5-D dealt": 8, "FFT transposed": 64}


def groups(trace):
    """Words of each group, and which of them it writes."""
    starts = np.flatnonzero(np.diff(trace.operations, prepend=-1))[1:]
    return zip(np.split(trace.words, starts), np.split(trace.writes, starts), strict=True)


def counted(kernel, size, places, seed=0, partition="natural"):
    trace = kernel.trace(size, seed, **({"places": places} if kernel.depends_on_places else {}))
    return placing.count(trace, partition, places, engine="numpy")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[-1])
def test_examples_run(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_repeats_its_run_and_depends_on_the_seed_if_it_is_random(name):
    kernel = KERNELS[name]
    one, same, other = (kernel.trace(TINY[name], seed) for seed in (1, 1, 2))
    assert np.array_equal(one.words, same.words)
    assert all(np.array_equal(one.codes[partition], same.codes[partition]) for partition in one.codes)
    assert np.array_equal(one.words, other.words) != kernel.random
    assert not np.array_equal(one.codes["hashed"], other.codes["hashed"])


@pytest.mark.parametrize("name", KERNELS)
def test_every_number_of_places_has_a_share_of_the_owned_words(name):
    kernel = KERNELS[name]
    largest = kernel.largest_places(TINY[name])
    for places in PLACES[1 : PLACES.index(largest) + 1]:
        trace = kernel.trace(TINY[name], **({"places": places} if kernel.depends_on_places else {}))
        tiles = trace.codes["natural"][trace.owners] // (2**14 // places)
        assert len(np.unique(tiles)) == places


def test_largest_places_of_the_sizes_to_fit():
    largest = {name: [kernel.largest_places(size) for size in (*kernel.sizes, kernel.held_out)] for name, kernel in
               KERNELS.items()}  # fmt: skip
    assert largest == {
        "matmul SUMMA": [1024, 4096, 1024, 16384],
        "matmul 2.5-D": [16384, 16384, 16384, 16384],
        "matmul 2.5-D dealt": [16384, 16384, 16384, 16384],
        "FFT transposed": [1024, 4096, 4096, 16384],
    }


# --- Products --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "size", "places"), [
    ("matmul SUMMA", 8, 1), ("matmul SUMMA", 8, 16), ("matmul SUMMA", 12, 4), ("matmul 2.5-D", 8, 16),
    ("matmul 2.5-D", 8, 64), ("matmul 2.5-D", 8, 256), ("matmul 2.5-D", 16, 4096),
    ("matmul 2.5-D dealt", 8, 4), ("matmul 2.5-D dealt", 8, 64), ("matmul 2.5-D dealt", 16, 4096),
])  # fmt: skip
def test_the_streams_of_the_products_multiply(name, size, places):
    layers = 1 if name == "matmul SUMMA" else distributed.layers_of(places)
    copies, parts = (layers, 1) if name == "matmul 2.5-D" else (1, layers)
    words = size**2
    left, right = np.random.default_rng(0).normal(size=(2, size, size))
    memory = np.full((2 * copies + layers) * words, np.nan)
    memory[:words] = left.reshape(size, parts, -1).swapaxes(0, 1).ravel()
    memory[copies * words : copies * words + words] = right.ravel()
    memory[2 * copies * words :] = 0
    for word, writes in groups(KERNELS[name].trace(size, places=places)):
        assert writes.tolist() == [False] * (len(word) - 1) + [True]
        if len(word) == 2:
            memory[word[1]] = memory[word[0]]
        elif len(word) % 2:
            memory[word[-1]] = memory[word[:-1]].sum()
        else:
            assert word[0] == word[-1]
            memory[word[0]] += memory[word[1:-1:2]] @ memory[word[2:-1:2]]
    row, column = np.indices((size, size))
    layer = (size // isqrt(places // layers) * row + column) % layers
    result = memory[2 * copies * words :].reshape(layers, size, size)[layer, row, column]
    np.testing.assert_allclose(result, left @ right, rtol=1e-12)


@pytest.mark.parametrize(("size", "places"), [(8, 4), (8, 16), (8, 64), (12, 16), (16, 64), (32, 4)])
def test_remote_words_of_the_product_by_panels(size, places):
    row, root = counted(KERNELS["matmul SUMMA"], size, places), isqrt(places)
    assert row["remote_bytes_no_copies"] == 8 * 2 * size**3 * (root - 1) // root
    assert row["remote_bytes"] == row["remote_bytes_unlimited"] == 8 * 2 * size**2 * (root - 1)
    assert row["load_imbalance"] == 1


@pytest.mark.parametrize(
    ("size", "places", "layers"), [(8, 16, 1), (8, 64, 4), (8, 256, 4), (32, 256, 4), (16, 4096, 16)]
)
def test_remote_words_of_the_product_on_layers(size, places, layers):
    row = counted(KERNELS["matmul 2.5-D"], size, places)
    to_multiply = 2 * size**2 * (isqrt(places // layers) - 1)
    to_copy, to_add = 2 * (layers - 1) * size**2, (layers - 1) * size**2
    assert row["remote_bytes"] == row["remote_bytes_unlimited"] == 8 * (to_multiply + to_copy + to_add)
    assert row["footprint_bytes"] == 8 * 3 * layers * size**2
    assert row["phases"] == (1 if layers == 1 else 3)


@pytest.mark.parametrize(
    ("size", "places", "layers"), [(8, 16, 1), (8, 64, 4), (16, 64, 4), (32, 64, 4), (16, 256, 4), (16, 4096, 16)]
)
def test_remote_words_of_the_product_with_dealt_parts(size, places, layers):
    row = counted(KERNELS["matmul 2.5-D dealt"], size, places)
    to_multiply, to_add = 2 * size**2 * (isqrt(places // layers) - 1), (layers - 1) * size**2
    assert row["remote_bytes_unlimited"] == 8 * (to_multiply + to_add)
    assert row["footprint_bytes"] == 8 * (2 + layers) * size**2
    assert row["phases"] == (1 if layers == 1 else 2)
    side = size // isqrt(places // layers)
    assert (row["remote_bytes"] == row["remote_bytes_unlimited"]) == (side != 2 or layers == 1)
    assert (row["load_imbalance"] == 1) == (side**2 >= layers)


@pytest.mark.parametrize("name", ["matmul SUMMA", "matmul 2.5-D", "matmul 2.5-D dealt"])
def test_closed_forms_are_the_counts(name):
    kernel = KERNELS[name]
    for places in (4, 64):
        row = counted(kernel, 16, places)
        for column, form in kernel.closed_forms.items():
            assert row[column] == form(16, places)


def test_layers_are_neighbours_in_the_square():
    codes = distributed._layered_codes(8, 4, 4)
    tiles = codes // (2**14 // 64)
    assert (tiles // 4 == tiles[0] // 4).all()
    assert (tiles % 4 == np.arange(4)[:, None, None]).all()


# --- Transform -------------------------------------------------------------------------------------------------------


def digits(position, order, sizes, done):
    """The digits of a position in the order of a pass; those not yet transformed are stored with reversed bits."""
    found = {}
    for digit in reversed(order):
        position, value = divmod(position, sizes[digit])
        width = sizes[digit].bit_length() - 1
        found[digit] = int(format(value, f"0{width}b")[::-1], 2) if digit not in done else value
    return [found[digit] for digit in range(len(sizes))]


@pytest.mark.parametrize(("size", "places"), [(4, 1), (32, 1), (32, 4), (64, 16), (128, 64)])
def test_the_stream_of_the_transform_transforms(size, places):
    sizes = [2**width for width in transposed.digit_widths(size.bit_length() - 1, places)]
    count = len(sizes)
    orders = [[digit for digit in range(count) if digit != number] + [number] for number in range(count)]
    tail = [prod(sizes[number:]) for number in range(count + 1)]
    trace = KERNELS["FFT transposed"].trace(size, places=places)
    real, imaginary = np.random.default_rng(0).normal(size=(2, size))
    x = real + 1j * imaginary
    touched = np.ones((2, size, 2), dtype=bool)
    for array in range(2):  # the word beside the last point of a row is never needed
        row = max(sizes[array::2])
        touched[array, row - 1 :: row, 1] = False
    address = np.cumsum(touched).reshape(touched.shape) - 1
    where = {int(address[array, position, 0]): position for array in range(2) for position in range(size)}
    memory = np.zeros(trace.word_count, dtype=complex)
    for position in range(size):
        index = sum(digit * tail[number + 1] for number, digit in enumerate(digits(position, orders[0], sizes, [])))
        memory[address[0, position, 0]] = x[index]
    factors = trace.word_count - touched.sum()
    memory[touched.sum() :] = np.exp(-1j * np.pi * np.arange(factors) / factors)
    moves = 0
    for word, writes in groups(trace):
        if len(word) == 5:
            first, second, factor = memory[word[:3]]
            memory[word[3:]] = first + factor * second, factor
        elif len(word) == 4:
            total, factor, second = memory[word[:3]]
            memory[word[3]] = total - 2 * factor * second
        else:
            assert writes.tolist() == [False, True]
            number = moves // size
            moves += 1
            digit = digits(where[word[0]], orders[number], sizes, range(number + 1))
            low = sum(digit[later] * tail[later + 1] for later in range(number + 1, count))
            memory[word[1]] = memory[word[0]] * np.exp(-2j * np.pi * digit[number] * low / tail[number])
    assert moves == (count - 1) * size
    result = np.empty(size, dtype=complex)
    for position in range(size):
        digit = digits(position, orders[-1], sizes, range(count))
        number = sum(value * prod(sizes[:place]) for place, value in enumerate(digit))
        result[number] = memory[address[(count - 1) % 2, position, 0]]
    np.testing.assert_allclose(result, np.fft.fft(x), atol=1e-10)


@pytest.mark.parametrize(("size", "places"), [(64, 4), (256, 16), (512, 16)])
def test_remote_words_of_the_transform_are_those_of_its_transposition(size, places):
    row = counted(KERNELS["FFT transposed"], size, places)
    assert row["phases"] == 2
    assert row["remote_bytes_no_copies"] == row["remote_bytes"] == 8 * (size - size // places)
    assert row["load_imbalance"] == 1
    assert row["operations"] == 5 * size * np.log2(size)


# --- Bad arguments ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("call", "message"), [
    (lambda: distributed.panel_product(12, places=64), "size: 12, expected a multiple of 8"),
    (lambda: distributed.layered_product(6, places=256), "size: 6, expected a multiple of 8"),
    (lambda: distributed.panel_product(8, places=5), "places: 5, expected one of 1, 4, 16"),
    (lambda: transposed.transposed_transform(12), "size: 12, expected a power of 2"),
    (lambda: transposed.transposed_transform(16, places=16), "places: 16, expected at most 8"),
])  # fmt: skip
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
