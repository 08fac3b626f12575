// What the files of this program share: the types, the functions that cross files, and two small tools.
//
// The functions declared here are defined in the file that the heading names and called from another one.
// Optimisation happens when the program is linked, so many of them end up inlined across files.

#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

// Marks functions that stay functions, so that a profile has a few of a size worth looking at. All others
// are for the optimiser to decide.
#define KEEP __attribute__((noinline))

// The source of all data: Marsaglia's xorshift generator with 32 bits. Its state is never zero.
struct random {
    uint32_t state;
};

static inline uint32_t random_next(struct random *random)
{
    uint32_t state = random->state;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    random->state = state;
    return state;
}

// A number from 0 to limit - 1. Not quite evenly distributed, which does not matter here.
static inline uint32_t random_below(struct random *random, uint32_t limit)
{
    return random_next(random) % limit;
}

static inline uint32_t rotate_left(uint32_t value, unsigned distance)
{
    return value << (distance & 31) | value >> (-distance & 31);
}

// crc.c: checksums. Each takes the checksum so far and returns it with more data taken in.
uint16_t crc16_byte(uint16_t crc, uint8_t byte);
uint16_t crc16_half(uint16_t crc, uint16_t half);
uint16_t crc16_word(uint16_t crc, uint32_t word);
uint32_t crc32_bytes(uint32_t crc, const void *bytes, size_t count);

// list.c: a linked list in a pool of its own.
#define LIST_LEN 24

struct node {
    struct node *next;
    int16_t key;
    uint16_t place;
};

struct list {
    struct node *head;
    struct node pool[LIST_LEN];
};

enum order { BY_KEY, BY_PLACE, BY_LOW_BITS, ORDER_COUNT };

void list_build(struct list *list, struct random *random);
const struct node *list_find(const struct list *list, int16_t key);
void list_reverse(struct list *list);
void list_sort(struct list *list, enum order order);
uint16_t list_digest(const struct list *list, uint16_t crc);

// matrix.c: square matrices of small integers.
#define MATRIX_LEN 8

typedef int16_t small_matrix[MATRIX_LEN][MATRIX_LEN];
typedef int32_t large_matrix[MATRIX_LEN][MATRIX_LEN];

struct summary {
    int32_t smallest;
    int32_t largest;
    int64_t sum;
    uint64_t squares;
    uint32_t bits;
};

void matrix_fill(small_matrix matrix, struct random *random);
void matrix_multiply(large_matrix product, const small_matrix left, const small_matrix right);
void matrix_transpose(large_matrix matrix);
void matrix_divide(large_matrix matrix, int32_t divisor);
struct summary matrix_summary(const large_matrix matrix);

// scan.c: a machine that reads a text and sorts its words into kinds.
#define TEXT_LEN 96

enum kind { KIND_NUMBER, KIND_HEX, KIND_NAME, KIND_SIGN, KIND_BROKEN, KIND_COUNT };

void text_write(uint8_t text[TEXT_LEN], struct random *random);
void text_scan(const uint8_t text[TEXT_LEN], uint16_t counts[KIND_COUNT]);

#endif
