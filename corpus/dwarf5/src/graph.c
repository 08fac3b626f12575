#include "graph.h"
#include "heap.h"

static inline uint32_t next(uint32_t *state) {
    *state = *state * 1664525 + 1013904223;
    return *state >> 16;
}

void grid_fill(struct grid *grid, uint32_t seed) {
    for (uint32_t i = 0; i < PLACES; i++)
        grid->cost[i] = (uint8_t)(1 + next(&seed) % 9);
}

/* Tries to improve the way to a place. */
static inline void relax(struct heap *open, uint32_t *best, uint32_t place, uint32_t cost) {
    if (cost < best[place] && heap_push(open, cost, place))
        best[place] = cost;
}

uint32_t grid_shortest(const struct grid *grid) {
    struct heap open = {0};
    uint32_t best[PLACES];
    for (uint32_t i = 0; i < PLACES; i++)
        best[i] = UINT32_MAX;
    relax(&open, best, 0, grid->cost[0]);
    while (open.size > 0) {
        struct entry now = heap_pop(&open);
        uint32_t x = now.value % SIDE, y = now.value / SIDE;
        if (now.key > best[now.value])
            continue;
        if (x > 0)
            relax(&open, best, now.value - 1, now.key + grid->cost[now.value - 1]);
        if (x + 1 < SIDE)
            relax(&open, best, now.value + 1, now.key + grid->cost[now.value + 1]);
        if (y > 0)
            relax(&open, best, now.value - SIDE, now.key + grid->cost[now.value - SIDE]);
        if (y + 1 < SIDE)
            relax(&open, best, now.value + SIDE, now.key + grid->cost[now.value + SIDE]);
    }
    return best[PLACES - 1];
}
