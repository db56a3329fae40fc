#include "core/pipeline/runs/tuning_inputs.h"

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <mutex>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_descriptor.h"
#include "core/base/hash.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/image/decode.h"
#include "core/image/encode.h"
#include "core/image/resize.h"
#include "core/weights/mapped_file.h"

namespace dank {

namespace {

/// Pictures that are computed together, always the same ones: how many there are shows in the last digits.
constexpr std::size_t kBlock = 8;
constexpr std::size_t kKey = 32;  ///< bytes of the key's hash, behind the rows

std::size_t blocksOf(std::size_t pictures)
{
    return (pictures + kBlock - 1) / kBlock;
}

/// Of a block that is there; never 0.
std::uint64_t checksum(std::span<const std::byte> bytes)
{
    return hash64(bytes) | 1;
}

}  // namespace

std::uint64_t TuningInputs::size(std::size_t pictures, std::size_t rowBytes)
{
    return static_cast<std::uint64_t>(pictures) * rowBytes + kKey + blocksOf(pictures) * sizeof(std::uint64_t);
}

Image tuningPicture(const TuningInputs::Picture &picture, const BackboneSpec &spec, ResizeRule resize)
{
    PreparedPicture prepared = preparePicture(picture.file, resize, spec, false);
    if (prepared.problem || prepared.hash != picture.hash)
        throw Error(ErrorKind::Mismatch,
                    displayPath(picture.file)
                        + " has changed or can no longer be read since its features were computed. Train anew.",
                    picture.file);
    return std::move(prepared.image);
}

TuningInputs::TuningInputs(std::filesystem::path path, const std::string &key, std::span<const Picture> pictures,
                           const TunableNetwork &network, const BackboneSpec &spec, ResizeRule resize, int threads,
                           const JobContext &job)
{
    const std::size_t rowBytes = network.rowBytes(), blocks = blocksOf(pictures.size());
    const std::uint64_t data = static_cast<std::uint64_t>(pictures.size()) * rowBytes;
    const std::uint64_t whole = size(pictures.size(), rowBytes);
    const std::string name = hashText(key);
    {
        const FileDescriptor file(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0644);
        if (!file)
            throwErrno(errno, "open", path);
        std::vector<std::uint64_t> sums(blocks);
        std::string found(kKey, '\0');
        const auto bytesOf = [](auto &values) { return std::as_writable_bytes(std::span(values)); };
        if (file.size(path) == whole && file.read(bytesOf(found), data, path) == kKey && found == name) {
            file.read(bytesOf(sums), data + kKey, path);
        } else {
            file.resize(0, path);
            file.reserve(whole, path);
            file.write(std::as_bytes(std::span(name)), data, path);
        }
        std::atomic<std::size_t> done = 0;
        std::mutex telling;
        parallelFor(blocks, threads, job.cancel, [&](std::size_t block) {
            setIntraOpThreads(1);
            const std::size_t first = block * kBlock, count = std::min(kBlock, pictures.size() - first);
            std::vector<std::byte> rows(count * rowBytes);
            const bool kept = sums[block] != 0 && file.read(rows, first * rowBytes, path) == rows.size()
                              && checksum(rows) == sums[block];
            if (!kept) {
                std::vector<Image> images;
                for (const Picture &picture : pictures.subspan(first, count)) {
                    job.cancel.check();
                    images.push_back(tuningPicture(picture, spec, resize));
                }
                network.prepare(images, rows, job.cancel);
                const std::uint64_t sum = checksum(rows);
                file.write(rows, first * rowBytes, path);
                file.write(std::as_bytes(std::span(&sum, 1)), data + kKey + block * sizeof sum, path);
            }
            const std::lock_guard lock(telling);
            job.report("activations", done += count, pictures.size());
        });
        setIntraOpThreads(threads);
    }
    const MappedFile mapped = mapFile(path);
    m_rows = mapped.bytes.first(static_cast<std::size_t>(data));
    m_owner = mapped.owner;
}

void augmentPicture(std::span<const std::byte> picture, int side, std::span<std::byte> altered, std::uint64_t seed)
{
    constexpr std::uint8_t kMidGrey = 128;
    Random random(seed);
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(picture.data());
    Image image{side, side, {bytes, bytes + picture.size()}};
    const int scaled = std::max(1, static_cast<int>(std::lround(side * random.uniform(0.9, 1.1))));
    const double brightness = random.uniform(0.85, 1.15), x = random.uniform(), y = random.uniform();
    const int quality = static_cast<int>(random.uniform(40, 96));
    image = resizeTriangle(image, scaled, scaled);
    Image square{side, side, std::vector<std::uint8_t>(picture.size(), kMidGrey)};
    const int left = static_cast<int>(std::lround((side - scaled) * x)),
              top = static_cast<int>(std::lround((side - scaled) * y));
    for (int row = std::max(0, top); row < std::min(side, top + scaled); ++row)
        for (int column = std::max(0, left); column < std::min(side, left + scaled); ++column)
            for (int channel = 0; channel < 3; ++channel) {
                const auto from = (static_cast<std::size_t>(row - top) * scaled + (column - left)) * 3 + channel;
                const auto to = (static_cast<std::size_t>(row) * side + column) * 3 + channel;
                square.rgb[to] =
                    static_cast<std::uint8_t>(std::clamp(std::lround(image.rgb[from] * brightness), 0L, 255L));
            }
    const Decoded saved = decodeImage(encodeJpeg(square, quality));
    const std::vector<std::uint8_t> &rgb = saved.problem ? square.rgb : saved.image.rgb;
    std::memcpy(altered.data(), rgb.data(), altered.size());
}

}  // namespace dank
