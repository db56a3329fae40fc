#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/store/run_record.h"

namespace dank {

/// The per-epoch figures as CSV: epoch,train_loss,validation_loss,seconds. What is not finite is left empty.
std::string curveCsv(std::span<const EpochStats> curve);
std::string curveCsvHeader();
std::string curveCsvLine(const EpochStats &stats);

/// Runs as CSV, one a line, in the order given: what a run is, its losses and figures, then a column for each setting
/// (with `differencesOnly`, for each whose value is not the same in all of them), and the note.
std::string runsCsv(std::span<const RunRecord> runs, bool differencesOnly = false);

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

/// A run as a TensorBoard event file: loss/train, loss/validation and loss/predict_the_mean by epoch, and the figures
/// of its evaluation, test/…, at its best epoch.
std::string runEvents(const RunRecord &run, std::span<const EpochStats> curve);
/// Where it goes in a log folder: DIR/run-7/events.out.tfevents.SECONDS.dank, so that several runs share the folder.
std::filesystem::path eventPath(const std::filesystem::path &folder, const RunRecord &run);

}  // namespace dank
