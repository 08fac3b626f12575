// A benchmark in the spirit of CoreMark: linked lists, matrices, a state machine and checksums, in
// proportions that keep any one of them from ruling. All of it was written for this corpus. Its results
// and its times say nothing about those of EEMBC's program of that name.
//
// Every round makes its data from a generator whose state depends on the results so far, so that nothing
// can be left out or moved from one round to another.

#include "bench.h"

// Everything that a run changes. Calls begin by clearing it, so they do not depend on each other.
struct job {
    struct random random;
    uint16_t crc16;
    uint16_t counts[KIND_COUNT];
    uint32_t crc32;
    struct list list;
    small_matrix left;
    small_matrix right;
    large_matrix product;
    uint8_t text[TEXT_LEN];
};

static struct job job;

// Takes a result into the checksum and lets it steer the data to come. The generator's state must not
// become zero, hence the 1.
static void take_result(uint32_t result)
{
    job.crc16 = crc16_word(job.crc16, result);
    job.random.state = rotate_left(job.random.state ^ job.crc16, result) | 1;
}

// Builds a list, looks for some keys in it, and sorts it twice: by an order that changes from round to
// round, and from that, reversed, by key.
static KEEP void list_round(uint32_t round)
{
    list_build(&job.list, &job.random);
    uint32_t found = 0;
    for (int key = -100; key < 100; key += 25) {
        const struct node *node = list_find(&job.list, (int16_t)key);
        if (node != NULL)
            found += node->place + 1u;
    }
    list_sort(&job.list, round % ORDER_COUNT);
    list_reverse(&job.list);
    list_sort(&job.list, BY_KEY);
    take_result(found << 16 | list_digest(&job.list, job.crc16));
}

// Multiplies two matrices, turns the product over, divides it, and takes what it then looks like.
static KEEP void matrix_round(uint32_t round)
{
    matrix_fill(job.left, &job.random);
    matrix_fill(job.right, &job.random);
    matrix_multiply(job.product, job.left, job.right);
    matrix_transpose(job.product);
    matrix_divide(job.product, (int32_t)(round % 97) + 3);

    struct summary summary = matrix_summary(job.product);
    take_result((uint32_t)summary.smallest ^ (uint32_t)summary.largest);
    take_result((uint32_t)(summary.sum >> 3) + summary.bits);
    // A remainder of 64 bits, and by a number that is not known beforehand.
    take_result((uint32_t)(summary.squares % (1000003u + round)));
    job.crc32 = crc32_bytes(job.crc32, job.product, sizeof job.product);
}

// Writes a text, reads it, and takes the checksum of both.
static KEEP void text_round(void)
{
    text_write(job.text, &job.random);
    text_scan(job.text, job.counts);
    for (unsigned kind = 0; kind < KIND_COUNT; kind++)
        job.crc16 = crc16_half(job.crc16, job.counts[kind]);
    job.crc32 = crc32_bytes(job.crc32, job.text, sizeof job.text);
}

// The entry: does that many rounds and returns a checksum of all results. A negative number counts as zero.
__attribute__((export_name("coremark"))) int32_t coremark(int32_t iterations)
{
    __builtin_memset(&job, 0, sizeof job);
    job.random.state = 0x2545f491;
    for (int32_t round = 0; round < iterations; round++) {
        list_round((uint32_t)round);
        matrix_round((uint32_t)round);
        text_round();
    }
    return (int32_t)(job.crc32 ^ rotate_left(job.crc16, 16) ^ job.crc16);
}
