"""Second derivatives of every program: right, or refused for the reason that is stated here."""

import importlib
from pathlib import Path

import pytest
from programs.checking import refused_with
from programs.second_order import check_second_order, second_derivative

REFUSED = {
    "match.active_classes": "Pair",
    "match.classes-2": "Pair",
    "mutation.store_of_lists": "a cotangent",
    "data.arrays_appended_and_stacked": "add",
    "data.list_concatenation_and_repetition": "add",
    "data.list_slices": "add",
    "functions.helper_returns_a_list": "add",
    "generators.delegating_to_an_infinite_one": "add",
    "generators.used_up_by_calls": "add",
    "iterators.a_view_read_twice": "add",
    "iterators.list_of_enumerate": "add",
    "iterators.list_of_zip": "add",
    "iterators.list_of_zip_of_lists": "add",
    "iterators.starred_iterators": "add",
    "iterators.views_of_a_dict": "add",
    "nesting.through_a_tape": "add",
    "slots.pairs_in_nested_lists": "add",
    "slots.pairs_popped": "add",
    "data.nested_comprehension": "add_into_slots",
    "found.helper_given_a_tuple_of_written_arrays": "add_into_slots",
    "found.joined_list_of_written_arrays": "add_into_slots",
    "iterators.extended_by_reversed": "add_into_slots",
    "slots.numbers_stored": "add_into_slots",
    "slots.pairs_stored": "add_into_slots",
    "data.loop_over_keys": "have no place to go",
    "data.dict_comprehension": "is a number or an array",
    "data.dict_filled_by_a_loop": "is a number or an array",
    "found.sum_of_a_list_of_arrays_of_unknown_length": "is a number or an array",
    "generators.comprehensions": "is a number or an array",
    "match.active_mappings-0": "is a number or an array",
    "match.mappings-3": "is a number or an array",
    "mutation.store_into_arrays_of_a_dict": "is a number or an array",
    "mutation.store_into_arrays_of_a_list": "is a number or an array",
    "sharing.written_over_dict_items": "is a number or an array",
    "slots.dict_pairs": "is a number or an array",
    "slots.pairs_inserted": "is a number or an array",
    "slots.pairs_zipped": "is a number or an array",
    "data.dicts_of_dicts": "lives outside the function",
    "data.list_of_named_tuples": "lives outside the function",
    "data.named_tuple_parameters": "lives outside the function",
    "found.nested_list": "lives outside the function",
    "functions.functions_as_results": "lives outside the function",
    "functions.functions_in_a_list": "lives outside the function",
    "functions.one_of_two_functions": "lives outside the function",
    "generators.array_of_a_list": "lives outside the function",
    "iterators.dicts_spread_in_a_loop": "lives outside the function",
    "iterators.dicts_united_in_a_loop": "lives outside the function",
    "iterators.iterators_given_to_helpers": "lives outside the function",
    "match.in_a_helper": "lives outside the function",
    "mutation.store_into_arrays_of_a_tuple": "lives outside the function",
    "functions.mutual_recursion": "resolved at run time",
    "functions.recursion": "resolved at run time",
    "functions.recursion_over_arrays": "resolved at run time",
    "functions.the_function_itself": "resolved at run time",
    "data.list_insert_and_extend": "take_tail",
}
"""What the refusal of a program's second derivative says at present, by file and function, or by case."""


def cases():
    """The programs of all files, with their arguments."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path.stem != Path(__file__).stem:
            module = importlib.import_module(f"programs.{path.stem}")
            for case in module.programs.cases if hasattr(module, "programs") else ():
                file = path.stem.removeprefix("test_")
                function, args = case.values
                reason = REFUSED.get(f"{file}.{case.id}") or REFUSED.get(f"{file}.{function.__name__}")
                yield pytest.param(function, args, reason, id=f"{file}-{case.id}")


@pytest.mark.parametrize(("function", "args", "reason"), list(cases()))
def test_program(function, args, reason):
    if reason is not None:
        refused_with(lambda: second_derivative(function, args), reason)
    else:
        check_second_order(function, args)
