"""Second derivatives of every program: right, or refused for the reason that is stated here."""

import importlib
from pathlib import Path

import pytest
from programs.checking import refused_with
from programs.second_order import check_second_order, second_derivative

REFUSED = {
    "mutation.store_of_lists": "a cotangent",
    "data.arrays_appended_and_stacked": "add",
    "data.list_concatenation_and_repetition": "add",
    "data.list_slices": "add",
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
    "sharing.written_over_dict_items": "is a number or an array",
    "slots.dict_pairs": "is a number or an array",
    "slots.pairs_inserted": "is a number or an array",
    "slots.pairs_zipped": "is a number or an array",
    "found.nested_list": "lives outside the function",
    "functions.functions_as_results": "lives outside the function",
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
    "managers.several_managers": "may change an array",
    "managers.swallowed_by_a_generator-0": "may change an array",
    "managers.swallowed_by_a_generator-1": "may change an array",
    "managers.try_around_with-0": "may change an array",
    "managers.try_around_with-1": "may change an array",
    "exceptions.dict_entries-1": "neither Python source nor a rule",
    "managers.break_and_continue_inside-0": "neither Python source nor a rule",
    "managers.break_and_continue_inside-1": "neither Python source nor a rule",
    "managers.break_and_continue_inside-2": "neither Python source nor a rule",
    "objects.a_dataclass_that_is_changed": "is a number or an array",
    "objects.inheritance_and_class_methods": "is a number or an array",
    "objects.properties_with_setters": "is a number or an array",
    "objects.a_bound_method_as_a_value": "lives outside the function",
    "objects.a_callable_chosen_while_running-0": "lives outside the function",
    "objects.a_callable_chosen_while_running-1": "lives outside the function",
    "objects.a_loop_over_objects_of_several_classes": "lives outside the function",
    "objects.an_object_as_an_argument": "lives outside the function",
    "objects.enumerated_objects_of_several_classes": "lives outside the function",
    "objects.one_of_two_objects-0": "lives outside the function",
    "objects.one_of_two_objects-1": "lives outside the function",
    "objects.operators_of_a_class": "lives outside the function",
    "objects.particles_of_arrays": "lives outside the function",
    "objects.several_particles": "lives outside the function",
    "objects.shallow_and_deep_copies": "lives outside the function",
    "objects.state_in_a_dict": "lives outside the function",
    "itertools.chained": "add",
    "itertools.chained_from_an_iterable": "is a number or an array",
    "itertools.dict_of_pairs": "is a number or an array",
    "itertools.unpacked_map": "add",
    "lists.all_replaced": "add_into_slots",
    "lists.arrays_in_list": "take_tail",
    "lists.arrays_in_list_del": "is a number or an array",
    "lists.changed_by_a_helper": "add_into_slots",
    "lists.cleared": "add_into_slots",
    "lists.copied": "add_into_slots",
    "lists.early_return_after_a_replacement": "add_into_slots",
    "lists.ends_deleted": "add_into_slots",
    "lists.every_other_deleted": "add_into_slots",
    "lists.every_other_replaced": "add",
    "lists.extend_self": "add_into_slots",
    "lists.extended_through_an_alias": "add_into_slots",
    "lists.inserted": "add_into_slots",
    "lists.item_deleted": "add_into_slots",
    "lists.list_of_an_array_sorted": "is a number or an array",
    "lists.lists_in_list": "take_tail",
    "lists.pairs_sorted_in_place": "is a number or an array",
    "lists.pairs_sorted_in_place_by_a_key": "is a number or an array",
    "lists.popped": "add_into_slots",
    "lists.removed": "add_into_slots",
    "lists.repeated": "add_into_slots",
    "lists.replaced_backwards": "add_into_slots",
    "lists.reversed_in_place": "add_into_slots",
    "lists.slice_deleted": "add_into_slots",
    "lists.slice_replaced": "add_into_slots",
    "lists.slice_replaced_between_variables": "add_into_slots",
    "lists.slice_replaced_by_an_array": "add_into_slots",
    "lists.smallest_taken_in_a_while_loop": "add_into_slots",
    "lists.sorted_by_swaps": "add_into_slots",
    "lists.sorted_in_a_loop": "add_into_slots",
    "lists.sorted_in_place": "add_into_slots",
    "lists.sorted_in_place_by_a_key": "add_into_slots",
    "lists.sorted_in_place_twice": "add_into_slots",
    "lists.sorted_or_reversed": "add_into_slots",
    "ordering.concatenated": "add",
    "ordering.largest_pair": "add",
    "ordering.list_of_reversed": "add_into_slots",
    "ordering.median": "add_into_slots",
    "ordering.order_of_items": "add_into_slots",
    "ordering.pairs_sorted": "add",
    "ordering.pairs_sorted_by_a_key": "add",
    "ordering.product_of_a_list": "add",
    "ordering.smallest_of_arguments_by_a_key": "add",
    "ordering.sorted_backwards": "add_into_slots",
    "ordering.sorted_by_a_key": "add_into_slots",
    "ordering.sorted_by_an_item": "add",
    "ordering.sorted_in_a_loop": "add_into_slots",
    "ordering.sorted_items": "add_into_slots",
    "ordering.stored_by_a_function": "add_into_slots",
    "slots.pairs_stored": "neither Python source nor a rule",
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
