#pragma once

// Internal to core/nn.

#include <cstddef>
#include <memory>
#include <vector>

namespace dank {

/// A 3 × 3 convolution of stride 1 in float32 by Winograd's minimal filtering (Lavin & Gray 2016), which multiplies
/// half to a quarter as often as the definition does, through oneDNN. Its results differ from the definition's by some
/// 1e-6 of the largest. Safe to call from several threads.
class WinogradConvolution {
public:
    struct Shape {
        int inputs = 0, outputs = 0;
        int side = 0;     ///< of the input, height and width
        int padding = 0;  ///< zeros around it

        int outputSide() const { return side + 2 * padding - 2; }
    };

    /// `weight` [outputs, inputs, 3, 3], `bias` [outputs]; ReLU follows where `relu`. nullptr where this build or this
    /// processor has no such convolution, or it would not pay.
    static std::unique_ptr<WinogradConvolution> make(const Shape &shape, const std::vector<float> &weight,
                                                     const std::vector<float> &bias, bool relu);
    virtual ~WinogradConvolution() = default;

    const Shape &shape() const { return m_shape; }

    /// in [rows, side, side, inputs] -> out [rows, outputSide(), outputSide(), outputs], on the calling thread's
    /// intra-op threads (setIntraOpThreads()). A row's last digits depend on whether it is one of eight or alone, and
    /// infinities and NaN may come out as 0. Throws std::bad_alloc, std::runtime_error for another failure of oneDNN.
    virtual void run(const float *in, std::size_t rows, float *out) const = 0;

protected:
    explicit WinogradConvolution(const Shape &shape) : m_shape(shape) {}

private:
    Shape m_shape;
};

}  // namespace dank
