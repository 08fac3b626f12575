// Checksums: CRC-16 bit by bit, and CRC-32 four bits at a time.
//
// The functions for 16 bits are small and have no data. Link-time optimisation inlines them into the other
// files, where they form chains: a word is two halves, a half is two bytes, a byte is eight bits.

#include "bench.h"

// The polynomial x^16 + x^15 + x^2 + 1, with its bits in reverse order.
#define POLYNOMIAL_16 0xa001u

// Takes one bit in, the lowest of `crc`. The mask is all ones if that bit is set.
static inline uint16_t crc16_bit(uint16_t crc)
{
    uint16_t mask = (uint16_t)-(crc & 1);
    return (uint16_t)(crc >> 1 ^ (POLYNOMIAL_16 & mask));
}

uint16_t crc16_byte(uint16_t crc, uint8_t byte)
{
    crc ^= byte;
    // Unrolled, the loop would be too long to be inlined anywhere.
#pragma clang loop unroll(disable)
    for (unsigned bit = 0; bit < 8; bit++)
        crc = crc16_bit(crc);
    return crc;
}

uint16_t crc16_half(uint16_t crc, uint16_t half)
{
    crc = crc16_byte(crc, (uint8_t)half);
    return crc16_byte(crc, (uint8_t)(half >> 8));
}

uint16_t crc16_word(uint16_t crc, uint32_t word)
{
    crc = crc16_half(crc, (uint16_t)word);
    return crc16_half(crc, (uint16_t)(word >> 16));
}

// What four bits do to a checksum with the usual polynomial of 32 bits, 0xedb88320 in reverse order.
static const uint32_t crc32_nibbles[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

static inline uint32_t crc32_nibble(uint32_t crc, uint32_t nibble)
{
    return crc >> 4 ^ crc32_nibbles[(crc ^ nibble) & 15];
}

// The checksum of zip and Ethernet, begun with 0. It may be continued: the checksum of one part is the
// start value of the next.
KEEP uint32_t crc32_bytes(uint32_t crc, const void *bytes, size_t count)
{
    const uint8_t *byte = bytes;
    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        crc = crc32_nibble(crc, byte[i] & 15u);
        crc = crc32_nibble(crc, byte[i] >> 4u);
    }
    return ~crc;
}
