// Square matrices of integers: products of 16-bit numbers, sums of 32 and 64 bits, divisions.

#include "bench.h"

// Random entries from -1024 to 1023: their products stay far from the limits of 32 bits.
void matrix_fill(small_matrix matrix, struct random *random)
{
    for (size_t row = 0; row < MATRIX_LEN; row++)
        for (size_t column = 0; column < MATRIX_LEN; column++)
            matrix[row][column] = (int16_t)((int32_t)(random_next(random) & 2047) - 1024);
}

// One entry of a product: a row times a column.
static inline int32_t dot(const int16_t row[MATRIX_LEN], const small_matrix right, size_t column)
{
    int32_t sum = 0;
    for (size_t i = 0; i < MATRIX_LEN; i++)
        sum += (int32_t)row[i] * right[i][column];
    return sum;
}

KEEP void matrix_multiply(large_matrix product, const small_matrix left, const small_matrix right)
{
    for (size_t row = 0; row < MATRIX_LEN; row++)
        for (size_t column = 0; column < MATRIX_LEN; column++)
            product[row][column] = dot(left[row], right, column);
}

static inline void swap(int32_t *one, int32_t *other)
{
    int32_t kept = *one;
    *one = *other;
    *other = kept;
}

void matrix_transpose(large_matrix matrix)
{
    for (size_t row = 0; row < MATRIX_LEN; row++)
        for (size_t column = 0; column < row; column++)
            swap(&matrix[row][column], &matrix[column][row]);
}

// Divides every entry, towards zero as C does, and puts what remains into the entry's lowest bits. The
// divisor is positive and becomes known only while the program runs: the machine has to divide.
KEEP void matrix_divide(large_matrix matrix, int32_t divisor)
{
    for (size_t row = 0; row < MATRIX_LEN; row++)
        for (size_t column = 0; column < MATRIX_LEN; column++) {
            int32_t entry = matrix[row][column];
            matrix[row][column] = (entry / divisor) * 16 + entry % divisor;
        }
}

// How many digits the number has in the binary system: none for zero.
static inline uint32_t binary_digits(uint32_t value)
{
    return value == 0 ? 0 : 32 - (uint32_t)__builtin_clz(value);
}

// Takes one more entry into the summary.
static inline void summary_add(struct summary *summary, int32_t entry)
{
    if (entry < summary->smallest)
        summary->smallest = entry;
    if (entry > summary->largest)
        summary->largest = entry;
    summary->sum += entry;
    summary->squares += (uint64_t)((int64_t)entry * entry);
    summary->bits += binary_digits((uint32_t)entry) + (uint32_t)__builtin_popcount((uint32_t)entry);
}

struct summary matrix_summary(const large_matrix matrix)
{
    struct summary summary = {.smallest = INT32_MAX, .largest = INT32_MIN};
    for (size_t row = 0; row < MATRIX_LEN; row++)
        for (size_t column = 0; column < MATRIX_LEN; column++)
            summary_add(&summary, matrix[row][column]);
    return summary;
}
