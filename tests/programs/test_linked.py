"""Linked structures of objects that end in None: lists, stacks, queues and trees, given and built, read and changed."""

import dataclasses

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.2, 0.7, 2.0])
programs = Programs()


class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next


@dataclasses.dataclass
class D:
    value: float
    next: object = None


CHAIN = D(1.5, D(0.7, D(-0.4)))


@programs.on((CHAIN,))
def list_given(node):
    t = 0.0
    while node is not None:
        t += node.value**2
        node = node.next
    return t


@programs.on((D(1.5, D(0.7, D(-0.4))),))
def list_given_and_changed(node):
    head = node
    while node is not None:
        node.value *= 2.0
        node = node.next
    return head.value * head.next.value


@programs.on((D(V * 1.5, D(V * 0.7, D(-0.4 * V))),))
def list_of_arrays_given(node):
    t = 0.0
    while node is not None:
        t += np.sum(node.value**2)
        node = node.next
    return t


@programs.on((V,))
def list_built(x):
    head = None
    for v in x:
        head = Node(v * 2.0, head)
    t, w = 0.0, 1.0
    node = head
    while node is not None:
        t += node.value**2 * w
        w *= 0.5
        node = node.next
    return t


@programs.on((V,))
def list_of_dataclasses_built(x):
    head = None
    for v in x:
        head = D(v * 2.0, head)
    t, w = 0.0, 1.0
    node = head
    while node:
        t += node.value**2 * w
        w *= 0.5
        node = node.next
    return t


@programs.on((V,))
def numbers_changed(x):
    head = None
    for v in x:
        head = Node(v * 2.0, head)
    node = head
    while node is not None:
        node.value *= x[1]
        if node.next is not None:
            node.next.value += node.value
        node = node.next
    t = 0.0
    node = head
    while node is not None:
        t += node.value**2
        node = node.next
    return t


@programs.on((V,))
def arrays_written(x):
    head = None
    for v in x:
        head = Node(x * v, head)
    node = head
    while node.next is not None:
        node.next.value += node.value
        node.value[0] = 2.0 * node.next.value[1]
        node = node.next
    t = 0.0
    node = head
    while node is not None:
        t += np.sum(node.value**2)
        node = node.next
    return t


class Stack:
    def __init__(self):
        self.head = None
        self.size = 0

    def push(self, v):
        self.head = Node(v, self.head)
        self.size += 1

    def pop(self):
        v = self.head.value
        self.head = self.head.next
        self.size -= 1
        return v


@programs.on((V,))
def stack_of_results(x):
    s = Stack()
    for v in x:
        s.push(v * v)
        if s.size > 1:
            a = s.pop()
            b = s.pop()
            s.push(a * b)
            s.push(a + b)
    t = 1.0
    while s.head is not None:
        t = t * 0.5 + s.pop()
    return t


class LinkedList:
    def __init__(self):
        self.head = None
        self.tail = None

    def append(self, v):
        node = Node(v)
        if self.head is None:
            self.head = self.tail = node
        else:
            self.tail.next = node
            self.tail = node

    def __iter__(self):
        node = self.head
        while node is not None:
            yield node.value
            node = node.next


@programs.on((V,))
def list_with_a_tail_iterated(x):
    items = LinkedList()
    for v in x:
        items.append(v * 2.0)
    t = 1.0
    for v in items:
        t = t * 0.5 + v * v
    return t


@programs.on((V,))
def reversed_in_place(x):
    head = None
    for v in x:
        head = Node(v * 2.0, head)
    prev = None
    while head is not None:
        head.next, prev, head = prev, head, head.next
    t = 1.0
    while prev is not None:
        t = 0.5 * t + prev.value**2
        prev = prev.next
    return t


@programs.on((V,))
def one_of_two_lists(x):
    a = None
    for v in x:
        a = Node(v, a)
    b = Node(x[0] * x[1], Node(2.0, a))
    n = b if x[0] > 0 else a
    t = 0.0
    while n is not None:
        t += n.value**2
        n = n.next
    return t


@programs.on((V,))
def ring(x):
    first = Node(x[0])
    n = first
    for v in x[1:]:
        n.next = Node(v)
        n = n.next
    n.next = first
    t = 0.0
    for k in range(7):
        n = n.next
        n.value = n.value * 1.1 + 0.1 * n.next.value
        t += n.value**2
    return t


class Tree:
    def __init__(self, key, value):
        self.key = key
        self.value = value
        self.left = None
        self.right = None

    def insert(self, key, value):
        if key < self.key:
            if self.left is None:
                self.left = Tree(key, value)
            else:
                self.left.insert(key, value)
        else:
            if self.right is None:
                self.right = Tree(key, value)
            else:
                self.right.insert(key, value)

    def total(self):
        t = self.value**2
        if self.left is not None:
            t += 0.5 * self.left.total()
        if self.right is not None:
            t += 0.25 * self.right.total()
        return t


@programs.on((V,))
def search_tree_filled_by_recursion(x):
    root = Tree(0.1, x[0])
    for i in range(1, 4):
        root.insert(x[i], x[i] * 2.0)
    return root.total()


class Branching:
    def __init__(self, key, value):
        self.key = key
        self.value = value
        self.left = None
        self.right = None


@programs.on((V,))
def search_tree_filled_by_a_loop(x):
    root = Branching(x[0], x[0])
    for i in range(1, 4):
        node = root
        while True:
            node.value += 0.1 * x[i]
            if x[i] < node.key:
                if node.left is None:
                    node.left = Branching(x[i], x[i] * 2.0)
                    break
                node = node.left
            else:
                if node.right is None:
                    node.right = Branching(x[i], x[i] * 3.0)
                    break
                node = node.right
    todo = [root]
    t = 0.0
    while todo:
        n = todo.pop()
        if n is not None:
            t = t * 0.5 + n.value**2
            todo.append(n.left)
            todo.append(n.right)
    return t


@programs.on((V,))
def nodes_in_a_dict_too(x):
    head = None
    d = {}
    for i, v in enumerate(x):
        head = Node(v, head)
        d[i] = head
    d[1].value *= 3.0
    d[2].next.next.value += d[1].value
    t = 0.0
    while head is not None:
        t += head.value**2
        head = head.next
    return t * d[0].value


@programs.on((V,))
def tree_of_lists_of_nodes(x):
    root = Node(x[0], [])
    cur = root
    for v in x[1:]:
        child = Node(v, [])
        cur.next.append(child)
        cur.next.append(Node(v * v, []))
        cur = child
    todo = [root]
    t = 0.0
    while todo:
        n = todo.pop()
        n.value = n.value * 1.5
        t += n.value**2
        todo.extend(n.next)
    return t


@programs.on((V,))
def one_array_in_two_nodes(x):
    a = Node(x * 1.0)
    b = Node(x * 2.0, a)
    c = Node(b.value, b)
    c.value[0] = 5.0 * x[1]
    b.value[1] *= x[0]
    n, t = c, 0.0
    while n is not None:
        n.value += 1.0
        t += np.sum(n.value**2)
        n = n.next
    return t


@programs.on((V,))
def queue(x):
    head = tail = None
    for i in range(8):
        node = Node(x[i % 4] * (i + 1))
        if tail is None:
            head = node
        else:
            tail.next = node
        tail = node
        if i % 3 == 2:
            tail.value += head.value
            head = head.next
    t = 1.0
    while head:
        t = t * 0.5 + head.value
        head = head.next
    return t


@programs.on((V,))
def nodes_taken_out(x):
    head = None
    for v in x:
        head = Node(v, head)
    prev, node = None, head
    while node is not None:
        if node.value < 0.5:
            if prev is None:
                head = node.next
            else:
                prev.next = node.next
        else:
            prev = node
            node.value = node.value**2
        node = node.next
    t = 0.0
    while head is not None:
        t = 2.0 * t + head.value
        head = head.next
    return t


@dataclasses.dataclass(frozen=True)
class Cons:
    head: float
    tail: object


@programs.on((V, 3), (V, 0))
def frozen_nodes(x, n):
    c = None
    for v in x[:n]:
        c = Cons(v * x[3], c)
    t = x[0]
    while c is not None:
        t = t * c.head + c.head
        c = c.tail
    return t


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
