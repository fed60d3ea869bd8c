"""Second derivatives of every program: right, or refused for the reason that is stated here."""

import importlib
from pathlib import Path

import pytest
from programs.checking import refused_with
from programs.second_order import check_second_order, second_derivative

REFUSED = {
    "mutation.store_of_lists": "a cotangent was asked",
    "data.arrays_appended_and_stacked": "add was given",
    "exceptions.dict_entries-1": "add was given",
    "generators.delegating_to_an_infinite_one": "add was given",
    "generators.used_up_by_calls": "add was given",
    "iterators.list_of_zip_of_lists": "add was given",
    "iterators.views_of_a_dict": "add was given",
    "slots.pairs_in_nested_lists": "add was given",
    "slots.pairs_popped": "add was given",
    "slots.pairs_stored": "add was given",
    "data.nested_comprehension": "add_into_slots",
    "found.helper_given_a_tuple_of_written_arrays": "add_into_slots",
    "found.joined_list_of_written_arrays": "add_into_slots",
    "generators.added_to_a_list": "add_into_slots",
    "iterators.extended_by_reversed": "add_into_slots",
    "data.loop_over_keys": "have no place to go",
    "data.dict_comprehension": "is a number or an array",
    "data.dict_filled_by_a_loop": "is a number or an array",
    "found.sum_of_a_list_of_arrays_of_unknown_length": "is a number or an array",
    "found.tuple_that_no_trip_has_made_yet": "is a number or an array",
    "generators.comprehensions": "is a number or an array",
    "match.active_mappings-0": "is a number or an array",
    "match.mappings-3": "is a number or an array",
    "mutation.store_into_arrays_of_a_dict": "is a number or an array",
    "mutation.store_into_arrays_of_a_list": "is a number or an array",
    "objects.a_dataclass_that_is_changed": "is a number or an array",
    "sharing.written_over_dict_items": "is a number or an array",
    "slots.dict_pairs": "is a number or an array",
    "slots.pairs_zipped": "is a number or an array",
    "text.keys_made_of_values": "is a number or an array",
    "generators.array_of_a_list": "lives outside the function",
    "mutation.store_into_arrays_of_a_tuple": "lives outside the function",
    "object_protocols.cached_property_in_a_loop": "lives outside the function",
    "object_protocols.containers_of_a_dataclass": "lives outside the function",
    "object_protocols.object_given_to_a_helper_that_loops": "lives outside the function",
    "objects.a_bound_method_as_a_value": "lives outside the function",
    "objects.an_object_as_an_argument": "lives outside the function",
    "objects.particles_of_arrays": "lives outside the function",
    "objects.state_in_a_dict": "lives outside the function",
    "managers.several_managers": "may change an array",
    "managers.swallowed_by_a_generator": "may change an array",
    "managers.try_around_with": "may change an array",
    "iterators.dicts_spread_in_a_loop": "own_items",
    "iterators.dicts_united_in_a_loop": "own_items",
    "found.nested_list": "resolved at run time",
    "functions.functions_as_results": "resolved at run time",
    "functions.mutual_recursion": "resolved at run time",
    "functions.one_of_two_functions": "resolved at run time",
    "functions.recursion": "resolved at run time",
    "functions.recursion_over_arrays": "resolved at run time",
    "functions.the_function_itself": "resolved at run time",
    "iterators.iterators_given_to_helpers": "resolved at run time",
    "match.in_a_helper": "resolved at run time",
    "objects.a_callable_chosen_while_running": "resolved at run time",
    "data.list_insert_and_extend": "take_tail",
    "moved_items.item_of_a_slice_replaced": "is a number or an array decides",
    "moved_items.item_replaced_after_a_concatenation": "is a number or an array decides",
    "moved_items.list_of_a_tuple": "is a number or an array decides",
    "moved_items.numbers_of_an_array": "add_into_slots writes",
    "moved_items.repeated": "is a number or an array decides",
    "moved_items.rows_of_an_array_extended": "is a number or an array decides",
    "moved_items.slice_of_numbers": "add_into_slots writes",
    "slots.pairs_inserted": "add was given",
    "unassigned.list_before_or_in_a_loop-0": "lives outside the function",
    "unassigned.list_before_or_in_a_loop-1": "lives outside the function",
    "unassigned.list_made_after_a_way_out-0": "is a number or an array decides",
    "unassigned.list_made_after_a_way_out-1": "is a number or an array decides",
    "unassigned.object_made_on_later_trips-0": "what lives outside the function",
    "unassigned.object_made_on_later_trips-1": "what lives outside the function",
    "unassigned.pair_called_as_nobody_would-0": "is a number or an array decides",
    "unassigned.pair_called_as_nobody_would-1": "is a number or an array decides",
    "unassigned.rest_of_an_unpacking-0": "add was given",
    "unassigned.rest_of_an_unpacking-1": "add was given",
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
