// A text, and a machine with a few states that reads it byte by byte and sorts its words into kinds.

#include "bench.h"

// The words that texts are made of. Numbers, numbers in base 16, names, signs, and some that are neither.
static const char words[][12] = {
    "7",    "42",     "65535", "0x1f",   "0xC0FFEE", "0x",     "list", "matrix_8", "_x",
    "+",    "-",      "12ab",  "0xfg",   "a.b",      "#",      "crc",  "1000000",  "=",
};

#define WORD_COUNT (sizeof words / sizeof words[0])

static size_t word_len(const char *word)
{
    size_t len = 0;
    while (word[len] != 0)
        len++;
    return len;
}

// Fills the text with random words and spaces between them; the last word may be cut off.
KEEP void text_write(uint8_t text[TEXT_LEN], struct random *random)
{
    __builtin_memset(text, ' ', TEXT_LEN);
    size_t end = 0;
    while (end < TEXT_LEN) {
        const char *word = words[random_below(random, WORD_COUNT)];
        size_t len = word_len(word);
        if (len > TEXT_LEN - end)
            len = TEXT_LEN - end;
        __builtin_memcpy(text + end, word, len);
        end += len + 1;
    }
}

static inline int is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static inline int is_letter(uint8_t byte)
{
    uint8_t small = byte | 32;
    return (small >= 'a' && small <= 'z') || byte == '_';
}

static inline int is_hex_digit(uint8_t byte)
{
    uint8_t small = byte | 32;
    return is_digit(byte) || (small >= 'a' && small <= 'f');
}

// The states of the machine. A word starts BETWEEN words; a zero may begin a number or the prefix 0x.
enum state { BETWEEN, ZERO, NUMBER, PREFIX, HEX, NAME, SIGN, BROKEN };

// The state after one more byte that is not a space.
static enum state step(enum state state, uint8_t byte)
{
    switch (state) {
    case BETWEEN:
        if (byte == '0')
            return ZERO;
        if (is_digit(byte))
            return NUMBER;
        if (is_letter(byte))
            return NAME;
        return byte == '+' || byte == '-' || byte == '=' ? SIGN : BROKEN;
    case ZERO:
        if (byte == 'x')
            return PREFIX;
        return is_digit(byte) ? NUMBER : BROKEN;
    case NUMBER:
        return is_digit(byte) ? NUMBER : BROKEN;
    case PREFIX:
    case HEX:
        return is_hex_digit(byte) ? HEX : BROKEN;
    case NAME:
        return is_letter(byte) || is_digit(byte) ? NAME : BROKEN;
    case SIGN:
    case BROKEN:
        break;
    }
    return BROKEN;
}

// Counts a word that ended in this state.
static void count_word(enum state state, uint16_t counts[KIND_COUNT])
{
    switch (state) {
    case BETWEEN:
        break;
    case ZERO:
    case NUMBER:
        counts[KIND_NUMBER]++;
        break;
    case HEX:
        counts[KIND_HEX]++;
        break;
    case NAME:
        counts[KIND_NAME]++;
        break;
    case SIGN:
        counts[KIND_SIGN]++;
        break;
    case PREFIX:
    case BROKEN:
        counts[KIND_BROKEN]++;
        break;
    }
}

// Adds the words of the text to the counts.
KEEP void text_scan(const uint8_t text[TEXT_LEN], uint16_t counts[KIND_COUNT])
{
    enum state state = BETWEEN;
    for (size_t i = 0; i < TEXT_LEN; i++) {
        if (text[i] == ' ') {
            count_word(state, counts);
            state = BETWEEN;
        } else {
            state = step(state, text[i]);
        }
    }
    count_word(state, counts);
}
