// Numbers modulo a prime, and matrices of any ring. Everything here is meant to be inlined.
#pragma once

#include <stdint.h>

namespace modular {

// A number modulo P, kept below it.
template <uint32_t P> class Residue {
    uint32_t value = 0;

  public:
    constexpr Residue() = default;
    constexpr explicit Residue(uint32_t number) : value(number % P) {}

    constexpr uint32_t get() const { return value; }

    constexpr Residue operator+(Residue other) const {
        uint32_t sum = value + other.value;
        return reduced(sum >= P ? sum - P : sum);
    }

    constexpr Residue operator*(Residue other) const {
        return reduced(static_cast<uint32_t>(uint64_t{value} * other.value % P));
    }

  private:
    static constexpr Residue reduced(uint32_t number) {
        Residue result;
        result.value = number;
        return result;
    }
};

// A square matrix.
template <typename Number, int N> struct Matrix {
    Number at[N][N];

    static Matrix identity() {
        Matrix matrix;
        for (int i = 0; i < N; ++i)
            matrix.at[i][i] = Number(1);
        return matrix;
    }

    Matrix operator*(const Matrix &other) const {
        Matrix product;
        for (int i = 0; i < N; ++i)
            for (int j = 0; j < N; ++j)
                for (int k = 0; k < N; ++k)
                    product.at[i][j] = product.at[i][j] + at[i][k] * other.at[k][j];
        return product;
    }
};

// A power, by squaring.
template <typename Ring> Ring power(Ring base, uint32_t exponent, Ring result) {
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1)
            result = result * base;
        base = base * base;
    }
    return result;
}

} // namespace modular
