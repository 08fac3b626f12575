// A linked list: built, searched, reversed, and sorted by an order that is chosen while the program runs.
//
// Loads that depend on each other, branches that cannot be foreseen, calls through pointers, and in the
// sorting a true recursion.

#include "bench.h"

// Fills the pool with random keys and links it in an order that jumps about: each node comes either in
// front of the list or behind its first node.
KEEP void list_build(struct list *list, struct random *random)
{
    list->head = NULL;
    for (uint32_t i = 0; i < LIST_LEN; i++) {
        struct node *node = &list->pool[i];
        node->key = (int16_t)(random_below(random, 200) - 100);
        node->place = (uint16_t)i;
        if (list->head != NULL && (random_next(random) & 1)) {
            node->next = list->head->next;
            list->head->next = node;
        } else {
            node->next = list->head;
            list->head = node;
        }
    }
}

// The first node with this key, or NULL.
const struct node *list_find(const struct list *list, int16_t key)
{
    const struct node *node = list->head;
    while (node != NULL && node->key != key)
        node = node->next;
    return node;
}

void list_reverse(struct list *list)
{
    struct node *reversed = NULL;
    struct node *node = list->head;
    while (node != NULL) {
        struct node *next = node->next;
        node->next = reversed;
        reversed = node;
        node = next;
    }
    list->head = reversed;
}

// An order says whether the right node must come before the left one. Sorting is stable: nodes that an
// order does not tell apart stay as they are.
typedef int comes_first(const struct node *left, const struct node *right);

static int right_key_first(const struct node *left, const struct node *right)
{
    return right->key < left->key;
}

static int right_place_first(const struct node *left, const struct node *right)
{
    return right->place < left->place;
}

// Compares the lowest five bits of the keys, taken as a signed number.
static inline int low_bits(const struct node *node)
{
    int bits = node->key & 31;
    return bits < 16 ? bits : bits - 32;
}

static int right_low_bits_first(const struct node *left, const struct node *right)
{
    return low_bits(right) < low_bits(left);
}

static comes_first *const orders[ORDER_COUNT] = {
    [BY_KEY] = right_key_first,
    [BY_PLACE] = right_place_first,
    [BY_LOW_BITS] = right_low_bits_first,
};

// Merges two sorted lists into one. `link` is the pointer that the next node has to be stored in.
static struct node *merge(struct node *left, struct node *right, comes_first *right_first)
{
    struct node *head = NULL;
    struct node **link = &head;
    while (left != NULL && right != NULL) {
        struct node **taken = right_first(left, right) ? &right : &left;
        *link = *taken;
        link = &(*taken)->next;
        *taken = *link;
    }
    *link = left != NULL ? left : right;
    return head;
}

// Takes `count` nodes off the front of `*rest`, of which there are that many and at least one, and returns
// them sorted. It calls itself for both halves.
static struct node *take_sorted(struct node **rest, uint32_t count, comes_first *right_first)
{
    if (count == 1) {
        struct node *single = *rest;
        *rest = single->next;
        single->next = NULL;
        return single;
    }
    struct node *left = take_sorted(rest, count / 2, right_first);
    struct node *right = take_sorted(rest, count - count / 2, right_first);
    return merge(left, right, right_first);
}

KEEP void list_sort(struct list *list, enum order order)
{
    struct node *rest = list->head;
    list->head = take_sorted(&rest, LIST_LEN, orders[order]);
}

// A checksum of keys and places in the order in which the nodes stand: so it shows where nodes of the same
// key went. Its inner loops come from crc.c.
uint16_t list_digest(const struct list *list, uint16_t crc)
{
    for (const struct node *node = list->head; node != NULL; node = node->next)
        crc = crc16_half(crc, (uint16_t)node->key ^ (uint16_t)(node->place << 8));
    return crc;
}
