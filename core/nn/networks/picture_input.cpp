#include "core/nn/networks/picture_input.h"

#include <algorithm>

#include <ATen/ATen.h>

namespace dank {

namespace {

at::Tensor bytesPerChannel(const std::array<float, 3> &values, const Placement &placement)
{
    at::Tensor tensor = at::empty({1, 3, 1, 1}, at::TensorOptions().dtype(at::kFloat));
    std::transform(values.begin(), values.end(), tensor.data_ptr<float>(), [](float value) { return 255 * value; });
    return tensor.to(placement.device);
}

}  // namespace

PictureInput::PictureInput(const BackboneSpec &spec, const Placement &placement)
    : m_side(spec.inputSide), m_blueFirst(spec.blueFirst), m_placement(placement),
      m_mean(bytesPerChannel(spec.mean, placement)), m_deviation(bytesPerChannel(spec.deviation, placement))
{
    for (std::size_t channel = 0; channel < 3; ++channel) {
        for (std::size_t value = 0; value < 256; ++value) {
            m_table[channel][value] =
                static_cast<float>((static_cast<double>(value) / 255.0 - spec.mean[channel]) / spec.deviation[channel]);
        }
    }
}

at::Tensor PictureInput::gather(std::span<const Image> images) const
{
    const auto count = static_cast<std::int64_t>(images.size());
    if (!m_placement.device.is_cpu()) {
        at::Tensor bytes =
            at::empty({count, m_side, m_side, 3}, at::TensorOptions().dtype(at::kByte).pinned_memory(true));
        std::uint8_t *out = bytes.data_ptr<std::uint8_t>();
        for (const Image &image : images)
            out = std::copy(image.rgb.begin(), image.rgb.end(), out);
        return bytes;
    }
    at::Tensor x = at::empty({count, 3, m_side, m_side},
                             at::TensorOptions().dtype(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
    float *out = x.data_ptr<float>();
    const std::size_t red = m_blueFirst ? 2 : 0, blue = 2 - red;
    for (const Image &image : images) {
        const std::uint8_t *in = image.rgb.data();
        for (std::int64_t pixel = 0; pixel < m_side * m_side; ++pixel, in += 3, out += 3) {
            out[red] = m_table[0][in[0]];
            out[1] = m_table[1][in[1]];
            out[blue] = m_table[2][in[2]];
        }
    }
    return x;
}

at::Tensor PictureInput::place(const at::Tensor &gathered) const
{
    return m_placement.device.is_cpu() ? gathered.to(m_placement.type) : normalised(gathered);
}

at::Tensor PictureInput::normalised(const at::Tensor &bytes) const
{
    const at::Tensor x = bytes.to(m_placement.device, at::kByte, true).permute({0, 3, 1, 2}).to(at::kFloat);
    const at::Tensor normal = x.sub(m_mean).div_(m_deviation);
    return (m_blueFirst ? normal.flip({1}) : normal).to(m_placement.type, false, false, at::MemoryFormat::ChannelsLast);
}

}  // namespace dank
