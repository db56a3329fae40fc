#include "core/explain/map_svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "core/base/text.h"
#include "core/explain/heat_map.h"

namespace dank {

namespace {

std::string base64(std::span<const std::byte> bytes)
{
    constexpr const char *kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t three = 0;
        for (std::size_t k = 0; k < 3; ++k)
            three = three << 8 | (i + k < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0);
        for (std::size_t k = 0; k < 4; ++k)
            text += i + k > bytes.size() ? '=' : kDigits[three >> (18 - 6 * k) & 63];
    }
    return text;
}

std::string escaped(const std::string &text)
{
    std::string out;
    for (const char c : text)
        out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
    return out;
}

std::string hex(const std::array<std::uint8_t, 3> &colour)
{
    char text[8];
    std::snprintf(text, sizeof text, "#%02x%02x%02x", colour[0], colour[1], colour[2]);
    return text;
}

/// In lines of at most so many characters, broken at spaces.
std::vector<std::string> wrapped(const std::string &text, std::size_t width)
{
    std::vector<std::string> lines(1);
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        const std::string word = text.substr(begin, end - begin);
        if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width)
            lines.emplace_back();
        lines.back() += (lines.back().empty() ? "" : " ") + word;
        begin = end + 1;
    }
    return lines;
}

/// What Hershey's letters can draw: everything else as a question mark, but for signs that have a stand-in.
std::string ascii(const std::string &text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (text.compare(i, 3, "\u2212") == 0)
            out += '-';
        else if (byte >= 0xc0)
            out += '?';
        else if (byte < 0x80)
            out += text[i];
    }
    return out;
}

}  // namespace

std::vector<std::string> mapCaption(const Explanation &explanation)
{
    constexpr std::size_t kWidth = 76;
    std::vector<std::string> lines;
    const auto add = [&](const std::string &text) {
        for (std::string &line : wrapped(ascii(text), kWidth))
            lines.push_back(std::move(line));
    };
    add(std::string(explanation.method == ExplainMethod::GradCam ? "Grad-CAM" : "Parts covered") + ": percentile "
        + fixed(explanation.score, 1) + ", wholly covered " + fixed(explanation.base, 1)
        + ". Orange raises the score, blue lowers it, in percentile points.");
    for (const std::string &warning : explanation.warnings)
        add("! " + warning);
    return lines;
}

std::string mapSvg(const Explanation &explanation, std::span<const std::byte> png)
{
    const Image &picture = explanation.picture;
    const double width = std::max(picture.width, 560), scale = width / picture.width;
    const double height = picture.height * scale;
    const std::vector<std::string> lines = mapCaption(explanation);
    const auto number = [](double value) { return fixed(value, 2); };
    const double legend = height + 16, texts = legend + 58, bottom = texts + 18.0 * static_cast<double>(lines.size());
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\""
                      + number(width) + "\" height=\"" + number(bottom) + "\" viewBox=\"0 0 " + number(width) + " "
                      + number(bottom) + "\">\n<title>Why this score</title>\n<defs><filter id=\"grey\">"
                      + "<feColorMatrix type=\"saturate\" values=\"0\"/></filter></defs>\n"
                      + "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n<image filter=\"url(#grey)\" width=\""
                      + number(width) + "\" height=\"" + number(height)
                      + "\" preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64," + base64(png) + "\"/>\n"
                      + "<g id=\"map\" opacity=\"0.7\">\n";
    const double end = scaleEnd(explanation);
    const double stepX = width / static_cast<double>(explanation.columns),
                 stepY = height / static_cast<double>(explanation.rows);
    for (std::size_t row = 0; row < explanation.rows; ++row) {
        for (std::size_t column = 0; column < explanation.columns; ++column) {
            const double points = explanation.at(row, column), share = points / end;
            svg += "<rect x=\"" + number(static_cast<double>(column) * stepX) + "\" y=\""
                   + number(static_cast<double>(row) * stepY) + "\" width=\"" + number(stepX) + "\" height=\""
                   + number(stepY) + "\" fill=\"" + hex(heatColour(share)) + "\" fill-opacity=\""
                   + number(0.15 + 0.85 * std::sqrt(std::min(1.0, std::abs(share)))) + "\"><title>" + pointsText(points)
                   + " points</title></rect>\n";
        }
    }
    svg += "</g>\n<g font-family=\"sans-serif\" font-size=\"13\" fill=\"#1a1a1a\">\n";
    constexpr int kSteps = 40;
    const double bar = width - 40;
    for (int i = 0; i < kSteps; ++i)
        svg += "<rect x=\"" + number(20 + bar * i / kSteps) + "\" y=\"" + number(legend) + "\" width=\""
               + number(bar / kSteps + 0.5) + "\" height=\"12\" fill=\"" + hex(heatColour((i + 0.5) * 2 / kSteps - 1))
               + "\"/>\n";
    const auto text = [&](double x, double y, const char *anchor, const std::string &words) {
        svg += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" + escaped(words)
               + "</text>\n";
    };
    text(20, legend + 28, "start", pointsText(-end));
    text(width / 2, legend + 28, "middle", "0");
    text(width - 20, legend + 28, "end", pointsText(end));
    for (std::size_t i = 0; i < lines.size(); ++i)
        text(20, texts + 18.0 * static_cast<double>(i), "start", lines[i]);
    return svg + "</g>\n</svg>\n";
}

}  // namespace dank
