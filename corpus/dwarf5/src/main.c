/* Shortest ways in C: two units that share inline functions of a header, and a table of functions. */

#include "graph.h"
#include "heap.h"

typedef uint32_t (*measure)(const struct grid *);

static uint32_t sorted(const struct grid *grid) {
    struct heap heap = {0};
    for (uint32_t i = 0; i < PLACES && heap_push(&heap, grid->cost[i], i); i++)
        ;
    uint32_t digest = 0;
    while (heap.size > 0)
        digest = digest * 33 + heap_pop(&heap).value;
    return digest;
}

static const measure measures[] = {grid_shortest, sorted};

__attribute__((export_name("ways"))) uint32_t ways(uint32_t grids) {
    uint32_t digest = 0;
    for (uint32_t seed = 0; seed < grids; seed++) {
        struct grid grid;
        grid_fill(&grid, seed);
        digest = digest * 31 + measures[seed % 2](&grid);
    }
    return digest;
}
