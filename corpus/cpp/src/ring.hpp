// A queue of the last few elements, and what can be done with all of them.
#pragma once

#include <stdint.h>

namespace containers {

template <typename T, uint32_t N> class Ring {
    T elements[N] = {};
    uint32_t pushed = 0;

  public:
    void push(const T &element) {
        elements[pushed % N] = element;
        ++pushed;
    }

    uint32_t size() const { return pushed < N ? pushed : N; }

    // Calls a function with each element, the oldest first.
    template <typename F> void each(F &&function) const {
        for (uint32_t i = pushed - size(); i != pushed; ++i)
            function(elements[i % N]);
    }

    template <typename Sum, typename F> Sum fold(Sum sum, F &&step) const {
        each([&](const T &element) { sum = step(sum, element); });
        return sum;
    }
};

} // namespace containers
