#include "core/store/run_export.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <ctime>

#include "core/base/csv.h"
#include "core/learn/settings_list.h"

namespace dank {

namespace {

/// Seconds since 1970 of RunRecord::created; 0 for text that is no such time.
std::int64_t secondsOf(const std::string &created)
{
    std::tm utc{};
    if (std::sscanf(created.c_str(), "%4d-%2d-%2dT%2d:%2d:%2dZ", &utc.tm_year, &utc.tm_mon, &utc.tm_mday, &utc.tm_hour,
                    &utc.tm_min, &utc.tm_sec)
        != 6)
        return 0;
    utc.tm_year -= 1900;
    utc.tm_mon -= 1;
    return std::max<std::int64_t>(0, ::timegm(&utc));
}

constexpr std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ (value & 1 ? 0x82f63b78u : 0);
        table[i] = value;
    }
    return table;
}();

template <typename Value>
void putLittleEndian(std::string &out, Value value)
{
    for (std::size_t byte = 0; byte < sizeof value; ++byte)
        out += static_cast<char>((value >> (8 * byte)) & 0xff);
}

// Protocol buffers' wire format: a field is its number and kind, then the value.
enum class Wire { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

void putVarint(std::string &out, std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        out += static_cast<char>((value & 0x7f) | 0x80);
    out += static_cast<char>(value);
}

void putKey(std::string &out, std::uint32_t field, Wire wire)
{
    putVarint(out, (field << 3) | static_cast<std::uint32_t>(wire));
}

void putBytes(std::string &out, std::uint32_t field, std::string_view bytes)
{
    putKey(out, field, Wire::Bytes);
    putVarint(out, bytes.size());
    out += bytes;
}

std::string eventAt(double wallTime)
{
    std::string event;
    putKey(event, 1, Wire::Fixed64);
    putLittleEndian(event, std::bit_cast<std::uint64_t>(wallTime));
    return event;
}

/// What TFRecord stores: a checksum of data that itself holds checksums would be a poor one.
std::uint32_t masked(std::uint32_t crc)
{
    return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

}  // namespace

std::string curveCsvHeader()
{
    return "epoch,train_loss,validation_loss,seconds\n";
}

std::string curveCsvLine(const EpochStats &stats)
{
    return std::to_string(stats.epoch) + ',' + csvCell(stats.trainLoss) + ',' + csvCell(stats.validationLoss) + ','
           + csvCell(stats.seconds) + '\n';
}

std::string curveCsv(std::span<const EpochStats> curve)
{
    std::string text = curveCsvHeader();
    for (const EpochStats &stats : curve)
        text += curveCsvLine(stats);
    return text;
}

std::string runsCsv(std::span<const RunRecord> runs, bool differencesOnly)
{
    std::vector<TrainConfig> configs;
    for (const RunRecord &run : runs)
        if (run.problem.empty())
            configs.push_back(run.config);
    std::vector<std::string> keys;
    if (differencesOnly)
        keys = differingSettings(configs);
    else
        for (const Setting &setting : settingsList({}))
            keys.push_back(setting.key);

    std::string text = "run,state,created,locked,dataset,backbone,epochs_run,best_epoch,best_validation_loss,"
                       "last_validation_loss,mean_predictor_loss,verdict,spearman_within,spearman,r2,mae";
    for (const std::string &key : keys)
        text += ',' + key;
    text += ",note\n";
    for (const RunRecord &run : runs) {
        const auto cell = [&](const std::string &value) { text += ',' + csvCell(value); };
        text += std::to_string(run.run);
        cell(runStateName(run.state));
        cell(run.created);
        cell(run.locked ? "yes" : "no");
        cell(run.dataset);
        cell(run.backbone);
        cell(std::to_string(run.epochs));
        cell(run.bestEpoch > 0 ? std::to_string(run.bestEpoch) : "");
        cell(run.bestEpoch > 0 ? csvCell(run.bestValidationLoss) : "");
        cell(run.epochs > 0 ? csvCell(run.lastValidationLoss) : "");
        cell(run.epochs > 0 ? csvCell(run.meanPredictorLoss) : "");
        cell(run.figures ? verdictName(run.figures->verdict) : "");
        cell(run.figures ? csvCell(run.figures->spearmanWithin) : "");
        cell(run.figures ? csvCell(run.figures->spearman) : "");
        cell(run.figures ? csvCell(run.figures->r2) : "");
        cell(run.figures ? csvCell(run.figures->mae) : "");
        const std::vector<Setting> settings = settingsList(run.config);
        for (const std::string &key : keys)
            cell(run.problem.empty()
                     ? std::find_if(settings.begin(), settings.end(), [&](const Setting &s) { return s.key == key; })
                           ->value
                     : "");
        cell(run.note);
        text += '\n';
    }
    return text;
}

std::uint32_t crc32c(std::string_view bytes) noexcept
{
    std::uint32_t crc = 0xffffffffu;
    for (const char byte : bytes)
        crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
    return ~crc;
}

EventFile::EventFile(double wallTime)
{
    std::string event = eventAt(wallTime);
    putBytes(event, 3, "brain.Event:2");
    write(event);
}

void EventFile::add(double wallTime, std::int64_t step, std::span<const EventScalar> scalars)
{
    std::string summary;
    for (const EventScalar &scalar : scalars) {
        std::string value;
        putBytes(value, 1, scalar.tag);
        putKey(value, 2, Wire::Fixed32);
        putLittleEndian(value, std::bit_cast<std::uint32_t>(scalar.value));
        putBytes(summary, 1, value);
    }
    std::string event = eventAt(wallTime);
    putKey(event, 2, Wire::Varint);
    putVarint(event, static_cast<std::uint64_t>(step));
    putBytes(event, 5, summary);
    write(event);
}

void EventFile::write(std::string_view event)
{
    std::string length;
    putLittleEndian(length, static_cast<std::uint64_t>(event.size()));
    m_bytes += length;
    putLittleEndian(m_bytes, masked(crc32c(length)));
    m_bytes += event;
    putLittleEndian(m_bytes, masked(crc32c(event)));
}

std::string runEvents(const RunRecord &run, std::span<const EpochStats> curve)
{
    double time = static_cast<double>(secondsOf(run.created));
    EventFile events(time);
    double bestTime = time;
    for (const EpochStats &stats : curve) {
        time += std::isfinite(stats.seconds) && stats.seconds > 0 ? stats.seconds : 0;
        if (stats.epoch <= run.bestEpoch)
            bestTime = time;
        const EventScalar scalars[] = {{"loss/train", static_cast<float>(stats.trainLoss)},
                                       {"loss/validation", static_cast<float>(stats.validationLoss)},
                                       {"loss/predict_the_mean", static_cast<float>(run.meanPredictorLoss)}};
        events.add(time, stats.epoch, scalars);
    }
    if (run.figures) {
        std::vector<EventScalar> scalars;
        const auto take = [&](const char *tag, const std::optional<double> &value) {
            if (value)
                scalars.push_back({tag, static_cast<float>(*value)});
        };
        take("test/spearman_within", run.figures->spearmanWithin);
        take("test/spearman", run.figures->spearman);
        take("test/r2", run.figures->r2);
        take("test/mae", run.figures->mae);
        events.add(bestTime, run.bestEpoch, scalars);
    }
    return events.bytes();
}

std::filesystem::path eventPath(const std::filesystem::path &folder, const RunRecord &run)
{
    return folder / ("run-" + std::to_string(run.run))
           / ("events.out.tfevents." + std::to_string(secondsOf(run.created)) + ".dank");
}

}  // namespace dank
