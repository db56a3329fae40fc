// Writes a dataset whose upvotes follow what a frozen network can hardly see: tuning_pictures FOLDER COUNT SEED
// Memes by the sample's painter, any backdrop, any creature, any words; in half of them a red ring stands somewhere, in
// the others a red disc of the same area, and the ring is what is dank. A mean over all places of features that were
// not made for it tells them apart badly from few memes; blocks that may learn do it where the mark is. FOLDER/db.json
// has the rule, FOLDER/shuffled.json the same upvotes dealt anew.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/image/draw.h"
#include "core/image/encode.h"
#include "core/image/meme_painter.h"

using namespace dank;

namespace {

constexpr int kSide = 224;

Image paint(Random &random, bool ring)
{
    MemeSketch sketch;
    sketch.width = sketch.height = kSide;
    sketch.warmth = random.uniform(-1, 1);
    sketch.brightness = random.uniform(-1, 1);
    sketch.caption = random.uniform(-1, 1);
    sketch.top = "Meme " + std::to_string(random.below(1000));
    sketch.bottom = "Nr " + std::to_string(random.below(1000));
    sketch.seed = random.next();
    Image image = paintMeme(sketch);
    Canvas canvas(image);
    const Point at{random.uniform(30, kSide - 30), random.uniform(70, kSide - 70)};
    const double radius = 32, thick = radius / 3;
    constexpr Colour kRed{235, 20, 25};
    if (ring)
        canvas.arc(at, {radius, radius}, 0, 360, thick, kRed);
    else
        canvas.circle(at, std::sqrt(2 * radius * thick), kRed);
    return image;
}

std::string rows(const std::vector<std::int64_t> &upvotes)
{
    std::string json = "{\"_default\": {";
    for (std::size_t i = 0; i < upvotes.size(); ++i) {
        const std::string id = "m" + std::to_string(i);
        json += (i ? ", \"" : "\"") + std::to_string(i + 1) + "\": {\"id\": \"" + id
                + "\", \"ups\": " + std::to_string(upvotes[i]) + ", \"author\": \"a" + std::to_string(i)
                + "\", \"title\": \"\", \"media\": " + "\"https://example.invalid/" + id + ".jpg\"}";
    }
    return json + "}}";
}

}  // namespace

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::fprintf(stderr, "Usage: tuning_pictures FOLDER COUNT SEED\n");
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    const auto count = static_cast<std::size_t>(std::atoi(argv[2]));
    const auto seed = static_cast<std::uint64_t>(std::atoll(argv[3]));
    createFolder(folder / "memes");
    std::vector<std::int64_t> upvotes;
    for (std::size_t i = 0; i < count; ++i) {
        Random random(mixSeed(seed, i));
        const bool ring = random.below(2) == 1;
        writeFileAtomically(folder / "memes" / ("m" + std::to_string(i) + ".jpg"), encodeJpeg(paint(random, ring), 92));
        upvotes.push_back(std::lround(std::pow(10, (ring ? 3.5 : 2.5) + 0.3 * random.normal())));
    }
    writeFileAtomically(folder / "db.json", rows(upvotes));
    Random random(mixSeed(seed, 0x73687566));
    random.shuffle(std::span(upvotes));
    writeFileAtomically(folder / "shuffled.json", rows(upvotes));
}
