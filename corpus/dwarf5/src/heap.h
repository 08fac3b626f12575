/* A heap of pairs: the least key first. */
#ifndef HEAP_H
#define HEAP_H

#include <stdint.h>

#define CAPACITY 256

struct entry {
    uint32_t key;
    uint32_t value;
};

struct heap {
    uint32_t size;
    struct entry entries[CAPACITY];
};

static inline void swap(struct entry *a, struct entry *b) {
    struct entry other = *a;
    *a = *b;
    *b = other;
}

static inline int before(const struct heap *heap, uint32_t a, uint32_t b) {
    return heap->entries[a].key < heap->entries[b].key;
}

static inline void sift_up(struct heap *heap, uint32_t at) {
    while (at > 0 && before(heap, at, (at - 1) / 2)) {
        swap(&heap->entries[at], &heap->entries[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

static inline void sift_down(struct heap *heap, uint32_t at) {
    for (;;) {
        uint32_t least = at;
        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap->size; child++)
            if (before(heap, child, least))
                least = child;
        if (least == at)
            return;
        swap(&heap->entries[at], &heap->entries[least]);
        at = least;
    }
}

/* Takes an entry up; a full heap does not. */
static inline int heap_push(struct heap *heap, uint32_t key, uint32_t value) {
    if (heap->size == CAPACITY)
        return 0;
    heap->entries[heap->size] = (struct entry){key, value};
    sift_up(heap, heap->size++);
    return 1;
}

/* Takes the entry with the least key out; there must be one. */
static inline struct entry heap_pop(struct heap *heap) {
    struct entry least = heap->entries[0];
    heap->entries[0] = heap->entries[--heap->size];
    sift_down(heap, 0);
    return least;
}

#endif
