// Recurrences modulo a prime in C++: templates, classes with methods that are inlined, lambdas, namespaces,
// virtual methods, a recursion.

#include "modular.hpp"
#include "ring.hpp"

namespace {

using Number = modular::Residue<1000003>;
using Step = modular::Matrix<Number, 2>;

// A sequence of numbers.
class Sequence {
  public:
    virtual Number next() = 0;
};

class Fibonacci final : public Sequence {
    uint32_t index = 0;

  public:
    Number next() override {
        Step step;
        step.at[0][0] = step.at[0][1] = step.at[1][0] = Number(1);
        return modular::power(step, index++, Step::identity()).at[0][1];
    }
};

class Random final : public Sequence {
    uint32_t state;

    void shuffle() {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
    }

  public:
    explicit Random(uint32_t seed) : state(seed) {}

    Number next() override {
        shuffle();
        return Number(state);
    }
};

// How many steps Euclid's algorithm takes.
[[gnu::noinline]] uint32_t euclid(uint32_t a, uint32_t b) { return b == 0 ? 0 : 1 + euclid(b, a % b); }

[[gnu::noinline]] uint32_t digest(Sequence &sequence, uint32_t count) {
    containers::Ring<Number, 8> last;
    uint32_t steps = 0;
    for (uint32_t i = 0; i < count; ++i) {
        last.push(sequence.next());
        steps += last.fold(0u, [i](uint32_t most, Number number) {
            uint32_t now = euclid(number.get(), i + 1);
            return now > most ? now : most;
        });
    }
    Number sum = last.fold(Number(steps), [](Number sum, Number number) { return sum * Number(31) + number; });
    return sum.get();
}

} // namespace

extern "C" [[clang::export_name("recurrences")]] uint32_t recurrences(uint32_t count) {
    Fibonacci fibonacci;
    Random random(2463534242);
    return digest(fibonacci, count) * 31 + digest(random, count);
}
