#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/base/random.h"
#include "core/image/decode.h"
#include "core/image/draw.h"
#include "core/image/encode.h"
#include "core/image/resize.h"

namespace dank {

/// A scene unlike those of other seeds.
inline Image madeTemplate(std::uint64_t seed)
{
    Random random(mixSeed(seed, 77));
    const auto colour = [&] {
        const auto shade = [&] { return static_cast<std::uint8_t>(random.below(256)); };
        return Colour{shade(), shade(), shade()};
    };
    Image image = blankImage(420 + static_cast<int>(random.below(260)), 360 + static_cast<int>(random.below(260)), {});
    Canvas canvas(image);
    canvas.gradient(colour(), colour());
    const double width = image.width, height = image.height;
    const auto place = [&] { return Point{random.uniform(0, width), random.uniform(0, height)}; };
    for (int i = 0; i < 9; ++i)
        canvas.circle(place(), random.uniform(25, 110), colour());
    for (int i = 0; i < 6; ++i)
        canvas.rectangle(place(), {random.uniform(20, 200), random.uniform(20, 200)}, colour());
    for (int i = 0; i < 6; ++i)
        canvas.line(place(), place(), random.uniform(4, 24), colour());
    for (int i = 0; i < 4; ++i)
        canvas.triangle(place(), place(), place(), colour());
    return image;
}

inline Image cropped(const Image &image, int left, int right, int top, int bottom)
{
    Image part = blankImage(image.width - left - right, image.height - top - bottom, {});
    for (int y = 0; y < part.height; ++y)
        std::copy_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(image.offset(left, top + y)), part.width * 3,
                    part.rgb.begin() + static_cast<std::ptrdiff_t>(part.offset(0, y)));
    return part;
}

/// The picture with so many pixels of a colour added at each side.
inline Image framed(const Image &image, int left, int right, int top, int bottom, Colour colour)
{
    Image whole = blankImage(image.width + left + right, image.height + top + bottom, colour);
    for (int y = 0; y < image.height; ++y)
        std::copy_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(image.offset(0, y)), image.width * 3,
                    whole.rgb.begin() + static_cast<std::ptrdiff_t>(whole.offset(left, top + y)));
    return whole;
}

inline std::string madeWords(Random &random, std::size_t count)
{
    static const char *const kWords[] = {"WHEN", "NOBODY",  "THE",   "CAT",  "SIMPLY", "BOSS", "SAYS",  "MONDAY",
                                         "ONE",  "DOES",    "NOT",   "WALK", "INTO",   "MY",   "CODE",  "FRIEND",
                                         "TOLD", "WEEKEND", "AGAIN", "WHAT", "IF",     "I",    "COULD", "MEMES"};
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += i ? " " : "";
        text += kWords[random.below(std::size(kWords))];
    }
    return text;
}

/// One of the memes that people make of a template: resized, cropped by up to 8 % of a side, words at the top, at the
/// bottom or in the middle, or in a white bar, a frame, a watermark, and JPEG.
inline Image madeMeme(const Image &base, std::uint64_t seed)
{
    Random random(seed);
    const auto odds = [&](double share) { return random.uniform() < share; };
    const double scale = random.uniform(0.6, 1.3);
    Image image = resizeTriangle(base, static_cast<int>(base.width * scale), static_cast<int>(base.height * scale));
    const auto part = [&](int side) { return odds(0.5) ? static_cast<int>(random.uniform(0, 0.08) * side) : 0; };
    const int left = part(image.width), right = part(image.width), top = part(image.height),
              bottom = part(image.height);
    image = cropped(image, left, right, top, bottom);
    const double letters = image.height * random.uniform(0.06, 0.1);
    {
        Canvas canvas(image);
        const std::uint64_t where = random.below(5);
        if (where == 0 || where == 2)
            canvas.caption(madeWords(random, 2 + random.below(6)), letters, false);
        if (where == 1 || where == 2)
            canvas.caption(madeWords(random, 2 + random.below(6)), letters, true);
        if (where == 3) {
            const std::string text = madeWords(random, 3);
            const double width = Canvas::labelWidth(text, letters);
            for (const int shift : {2, 1, 0})
                canvas.label(text, {std::max(0.0, (image.width - width) / 2) + shift, image.height / 2.0 + shift},
                             letters, shift ? Colour{} : Colour{255, 255, 255});
        }
    }
    if (odds(0.4)) {
        const auto lines = 1 + static_cast<int>(random.below(3));
        const double step = letters * 1.5;
        const int bar = static_cast<int>(step * (lines + 0.5));
        const bool above = odds(0.8);
        image = framed(image, 0, 0, above ? bar : 0, above ? 0 : bar, {255, 255, 255});
        Canvas canvas(image);
        for (int line = 0; line < lines; ++line)
            canvas.label(madeWords(random, 3 + random.below(2)),
                         {8, (above ? 0 : image.height - bar) + step * (line + 1)}, letters * 0.8, {});
    }
    if (odds(0.35)) {
        const int frame = 4 + static_cast<int>(random.below(26));
        image = framed(image, frame, frame, frame, frame, odds(0.5) ? Colour{255, 255, 255} : Colour{12, 12, 12});
    }
    if (odds(0.4)) {
        Canvas canvas(image);
        canvas.label("MADE WITH MEMES", {image.width * random.uniform(0.02, 0.5), image.height * 0.97},
                     image.height / 35.0, {200, 200, 200});
    }
    static constexpr int kQualities[] = {25, 40, 60, 80};
    return decodeImage(encodeJpeg(image, kQualities[random.below(std::size(kQualities))])).image;
}

}  // namespace dank
