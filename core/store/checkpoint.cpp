#include "core/store/checkpoint.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_descriptor.h"
#include "core/base/hash.h"
#include "core/base/json_reader.h"
#include "core/weights/safetensors.h"

namespace dank {
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{4} << 30;
constexpr const char *kSlots[] = {"checkpoint.a", "checkpoint.b"};
constexpr int kCurveColumns = 4;  // epoch, training loss, validation loss, seconds

constexpr std::pair<const char *, std::vector<float> TrainingState::*> kNumbers[] = {
    {"parameters", &TrainingState::parameters},      {"first_moment", &TrainingState::firstMoment},
    {"second_moment", &TrainingState::secondMoment}, {"best", &TrainingState::best},
    {"feature.mean", &TrainingState::featureMean},   {"feature.scale", &TrainingState::featureScale},
};

using NamedBytes = std::vector<std::pair<std::string_view, std::span<const std::byte>>>;

/// Over the document and all tensors, names included, in the order written.
std::string checksum(const std::string &document, const NamedBytes &tensors)
{
    std::uint64_t sum = hash64(std::as_bytes(std::span(document)));
    for (const auto &[name, bytes] : tensors) {
        sum = hash64(std::as_bytes(std::span(std::string_view(name))), sum);
        sum = hash64(bytes, sum);
    }
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(sum));
    return text;
}

std::vector<float> floats(const TensorFile &file, const char *name)
{
    const TensorView *const view = file.find(name);
    if (!view || view->type != DType::F32 || view->shape.size() != 1)
        throw Error(ErrorKind::Format, std::string("checkpoint without a usable ") + name, file.path());
    return view->toFloat();
}

std::vector<EpochStats> readCurve(const TensorFile &file)
{
    const TensorView *const view = file.find("curve");
    if (!view || view->type != DType::F64 || view->shape.size() != 1 || view->elements() % kCurveColumns != 0)
        throw Error(ErrorKind::Format, "checkpoint without a usable curve", file.path());
    std::vector<double> numbers(std::size_t(view->elements()));
    if (!numbers.empty())
        std::memcpy(numbers.data(), view->bytes.data(), view->bytes.size());
    std::vector<EpochStats> curve;
    for (std::size_t i = 0; i < numbers.size(); i += kCurveColumns) {
        if (!(numbers[i] >= 1 && numbers[i] <= 1e9))
            throw Error(ErrorKind::Format, "checkpoint with an impossible epoch", file.path());
        curve.push_back({int(numbers[i]), numbers[i + 1], numbers[i + 2], numbers[i + 3]});
    }
    return curve;
}

/// Throws Error for anything but a whole checkpoint.
TrainingState readSlot(const std::filesystem::path &path)
{
    // Read rather than mapped: another process may be writing the slot in place.
    const TensorFile file = parseSafetensors(readFile(path, kMaxFile), path);
    const auto damaged = [&] { return Error(ErrorKind::Format, "damaged checkpoint", path); };
    const auto &metadata = file.metadata();
    const auto document = metadata.find("dank_checkpoint");
    const auto sum = metadata.find("checksum");
    if (document == metadata.end() || sum == metadata.end())
        throw damaged();
    NamedBytes bytes;
    const auto need = [&](const char *name) {
        const TensorView *const view = file.find(name);
        if (!view)
            throw damaged();
        bytes.emplace_back(name, view->bytes);
    };
    for (const auto &[name, values] : kNumbers)
        need(name);
    need("curve");
    if (file.tensors().size() != bytes.size() || checksum(document->second, bytes) != sum->second)
        throw damaged();

    TrainingState state;
    const JsonDocument json(document->second, 1, [&](const std::string &) { throw damaged(); });
    state.epoch = json.root().at("epoch").whole<int>();
    state.step = json.root().at("step").whole<std::int64_t>();
    state.bestEpoch = json.root().at("best_epoch").whole<int>();
    for (const auto &[name, values] : kNumbers)
        state.*values = floats(file, name);
    state.curve = readCurve(file);
    return state;
}

std::optional<TrainingState> tryReadSlot(const std::filesystem::path &path)
{
    try {
        return readSlot(path);
    } catch (const Error &) {
        return std::nullopt;  // not there, torn or damaged: the other slot is what counts
    }
}

/// The slot to go on from and what it holds; -1 for none.
std::pair<int, std::optional<TrainingState>> newestSlot(const std::filesystem::path &folder)
{
    std::optional<TrainingState> first = tryReadSlot(folder / kSlots[0]);
    std::optional<TrainingState> second = tryReadSlot(folder / kSlots[1]);
    const auto progress = [](const TrainingState &state) { return std::pair(state.epoch, state.step); };
    if (second && (!first || progress(*second) > progress(*first)))
        return {1, std::move(second)};
    if (first)
        return {0, std::move(first)};
    return {-1, std::nullopt};
}

}  // namespace

CheckpointFile::CheckpointFile(std::filesystem::path folder) : m_folder(std::move(folder))
{
    createFolder(m_folder);
    m_next = newestSlot(m_folder).first == 0 ? 1 : 0;  // never over the only whole slot
}

void CheckpointFile::save(const TrainingState &state)
{
    std::vector<double> curve;
    curve.reserve(state.curve.size() * kCurveColumns);
    for (const EpochStats &epoch : state.curve)
        curve.insert(curve.end(), {double(epoch.epoch), epoch.trainLoss, epoch.validationLoss, epoch.seconds});
    std::vector<TensorToWrite> tensors;
    NamedBytes named;
    const auto add = [&](const char *name, DType type, const auto &values) {
        const auto bytes = std::as_bytes(std::span(values));
        tensors.push_back({name, type, {std::int64_t(values.size())}, bytes});
        named.emplace_back(name, bytes);
    };
    for (const auto &[name, values] : kNumbers)
        add(name, DType::F32, state.*values);
    add("curve", DType::F64, curve);
    const std::string document =
        nlohmann::json{{"format", 1}, {"epoch", state.epoch}, {"step", state.step}, {"best_epoch", state.bestEpoch}}
            .dump();
    const std::vector<std::byte> header =
        encodeSafetensorsHeader(tensors, {{"dank_checkpoint", document}, {"checksum", checksum(document, named)}});

    // In place, not by rename: renaming over a file makes ext4 write it out at once, some 20 MB every epoch. The
    // first eight bytes, the header's length, are zero until all else is there, so a torn slot is never taken.
    const std::filesystem::path path = m_folder / kSlots[m_next];
    const FileDescriptor file(path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0644);
    if (!file)
        throwErrno(errno, "open", path);
    constexpr std::array<std::byte, 8> kNoLength{};
    file.write(kNoLength, 0, path);
    std::uint64_t offset = header.size();
    for (const TensorToWrite &entry : tensors) {
        file.write(entry.bytes, offset, path);
        offset += entry.bytes.size();
    }
    file.resize(offset, path);
    const std::span<const std::byte> head(header);
    file.write(head.subspan(8), 8, path);
    file.write(head.first(8), 0, path);
    m_next = 1 - m_next;
}

void CheckpointFile::sync()
{
    for (const char *slot : kSlots) {
        const std::filesystem::path path = m_folder / slot;
        const FileDescriptor file(path, O_RDONLY | O_NOFOLLOW);
        if (file)
            file.flush(path);
        else if (errno != ENOENT)
            throwErrno(errno, "open", path);
    }
    flushFolder(m_folder);
}

std::optional<TrainingState> CheckpointFile::load() const
{
    return newestSlot(m_folder).second;
}

}  // namespace dank
