#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dank {

/// One named value of a step.
struct EventScalar {
    std::string_view tag;  ///< as TensorBoard groups charts: "loss/validation"
    float value = 0;       ///< may be NaN, which TensorBoard marks
};

/// A TensorBoard event file in memory: TFRecord framing (tensorflow/core/lib/io/record_writer.h) around the few fields
/// of the protocol buffers Event and Summary (tensorflow/core/util/event.proto, framework/summary.proto) that scalars
/// need. Those are six fields; Debian's protobuf would bring a compiler, a runtime and generated code for them, and no
/// framing.
class EventFile {
public:
    /// `wallTime`: seconds since 1970, also of the record that names the format's version.
    explicit EventFile(double wallTime);
    void add(double wallTime, std::int64_t step, std::span<const EventScalar> scalars);
    const std::string &bytes() const { return m_bytes; }

private:
    void write(std::string_view event);
    std::string m_bytes;
};

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4).
std::uint32_t crc32c(std::string_view bytes) noexcept;

}  // namespace dank
