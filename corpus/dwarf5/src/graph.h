/* A grid with a cost at each place. */
#ifndef GRAPH_H
#define GRAPH_H

#include <stdint.h>

#define SIDE 8
#define PLACES (SIDE * SIDE)

struct grid {
    uint8_t cost[PLACES];
};

void grid_fill(struct grid *grid, uint32_t seed);

/* The cost of the cheapest way from the first place to the last. */
uint32_t grid_shortest(const struct grid *grid);

#endif
