#include "core/image/meme_painter.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/random.h"
#include "core/image/draw.h"

namespace dank {
namespace {

/// A colour in parts of one, which may be shifted and mixed before it is cut to bytes.
struct Tone {
    double red = 0, green = 0, blue = 0;

    Tone lit(double by) const { return {red + by, green + by, blue + by}; }
    Tone mixed(const Tone &other, double part) const
    {
        return {red + (other.red - red) * part, green + (other.green - green) * part,
                blue + (other.blue - blue) * part};
    }
    operator Colour() const
    {
        const auto byte = [](double v) {
            return static_cast<std::uint8_t>(std::lround(std::clamp(v, 0.0, 1.0) * 255));
        };
        return {byte(red), byte(green), byte(blue)};
    }
};

constexpr Tone kInk{0.10, 0.09, 0.12}, kWhite{0.98, 0.98, 0.97};

class Painter {
public:
    Painter(const MemeSketch &sketch, Image &image)
        : m_canvas(image), m_random(sketch.seed), m_width(sketch.width), m_height(sketch.height)
    {
        const double middle = 0.52 + 0.20 * sketch.brightness;
        const double tint = m_random.uniform(-0.06, 0.06);
        m_base = {middle + 0.30 * sketch.warmth, middle + tint, middle - 0.30 * sketch.warmth};
        m_unit = std::min(m_width, m_height);
    }

    void paint()
    {
        backdrop();
        creature();
    }

private:
    // Every backdrop goes as far above the base colour as below it, so that its mean stays the sketch's.
    void backdrop()
    {
        m_canvas.gradient(m_base.lit(0.07), m_base.lit(-0.07));
        switch (m_random.below(6)) {
        case 0: rays(); break;
        case 1: dots(); break;
        case 2: hills(); break;
        case 3: stripes(); break;
        case 4: bubbles(); break;
        default: checks(); break;
        }
    }

    void rays()
    {
        const Point centre{m_width / 2.0, m_height * m_random.uniform(0.45, 0.65)};
        const int count = 8 + static_cast<int>(m_random.below(6));
        const double turn = m_random.uniform(0, 1), far = 1.5 * (m_width + m_height);
        for (int i = 0; i < 2 * count; ++i) {
            const double from = (i + turn) * M_PI / count, to = (i + 1 + turn) * M_PI / count;
            m_canvas.triangle(centre, {centre.x + far * std::cos(from), centre.y + far * std::sin(from)},
                              {centre.x + far * std::cos(to), centre.y + far * std::sin(to)},
                              m_base.lit(i % 2 ? 0.06 : -0.06));
        }
    }

    void dots()
    {
        const double step = m_unit * m_random.uniform(0.10, 0.17), radius = step * m_random.uniform(0.18, 0.34);
        int row = 0;
        for (double y = step / 2; y < m_height + step; y += step, ++row)
            for (double x = row % 2 ? step : step / 2; x < m_width + step; x += step)
                m_canvas.circle({x, y}, radius, m_base.lit(row % 2 ? 0.08 : -0.08));
    }

    void hills()
    {
        const double radius = m_unit * m_random.uniform(0.09, 0.14);
        m_canvas.circle({m_width * m_random.uniform(0.12, 0.88), m_height * m_random.uniform(0.24, 0.36)}, radius,
                        m_base.lit(0.16));
        for (int layer = 0; layer < 3; ++layer) {
            const double y = m_height * (0.72 + 0.13 * layer);
            const double x = m_width * m_random.uniform(0.0, 1.0);
            m_canvas.ellipse({x, y + m_height * 0.3}, {m_width * 0.85, m_height * m_random.uniform(0.34, 0.44)}, 0,
                             m_base.lit(0.03 - 0.06 * layer));
        }
    }

    void stripes()
    {
        const double step = m_unit * m_random.uniform(0.10, 0.2), lean = m_height * m_random.uniform(-0.6, 0.6);
        int i = 0;
        for (double x = -m_height; x < m_width + m_height; x += step, ++i) {
            const Tone tone = m_base.lit(i % 2 ? 0.05 : -0.05);
            m_canvas.triangle({x, 0}, {x + step, 0}, {x + lean, static_cast<double>(m_height)}, tone);
            m_canvas.triangle({x + step, 0}, {x + step + lean, static_cast<double>(m_height)},
                              {x + lean, static_cast<double>(m_height)}, tone);
        }
    }

    void bubbles()
    {
        for (int i = 0; i < 26; ++i)
            m_canvas.circle({m_random.uniform(0, m_width), m_random.uniform(0, m_height)},
                            m_unit * m_random.uniform(0.03, 0.12), m_base.lit(i % 2 ? 0.06 : -0.06));
    }

    void checks()
    {
        const double step = m_unit / (4.0 + static_cast<double>(m_random.below(4)));
        for (int row = 0; row * step < m_height; ++row)
            for (int column = 0; column * step < m_width; ++column)
                m_canvas.rectangle({column * step, row * step}, {step + 1, step + 1},
                                   m_base.lit((row + column) % 2 ? 0.05 : -0.05));
    }

    void creature()
    {
        static constexpr std::array<Tone, 7> kSkins{
            Tone{0.95, 0.78, 0.35}, Tone{0.55, 0.80, 0.55}, Tone{0.90, 0.62, 0.68}, Tone{0.72, 0.70, 0.74},
            Tone{0.62, 0.58, 0.85}, Tone{0.80, 0.66, 0.52}, Tone{0.50, 0.76, 0.80}};
        // Partly tinted by the backdrop, as if lit by it.
        m_skin = kSkins[m_random.below(kSkins.size())].mixed(m_base, 0.35);
        m_radius = m_unit * m_random.uniform(0.19, 0.26);
        m_centre = {m_width * m_random.uniform(0.36, 0.64), m_height * m_random.uniform(0.50, 0.57)};
        body();
        ears();
        head();
        face();
        hat();
    }

    Point at(double x, double y) const { return {m_centre.x + x * m_radius, m_centre.y + y * m_radius}; }
    double of(double part) const { return part * m_radius; }

    void body()
    {
        const Tone shirt =
            m_base.mixed({m_random.uniform(0.2, 0.8), m_random.uniform(0.2, 0.8), m_random.uniform(0.2, 0.8)}, 0.5);
        m_canvas.ellipse(at(0, 2.1), {of(1.12), of(1.4)}, 0, kInk);
        m_canvas.ellipse(at(0, 2.1), {of(1.06), of(1.34)}, 0, shirt);
    }

    void ears()
    {
        const auto kind = m_random.below(5);
        for (const int side : {-1, 1}) {
            if (kind == 0) {  // a cat's
                m_canvas.triangle(at(side * 0.98, -0.2), at(side * 0.2, -0.98), at(side * 0.9, -1.42), kInk);
                m_canvas.triangle(at(side * 0.90, -0.25), at(side * 0.28, -0.95), at(side * 0.84, -1.28),
                                  m_skin.lit(-0.08));
            } else if (kind == 1) {  // a bear's
                m_canvas.circle(at(side * 0.72, -0.78), of(0.40), kInk);
                m_canvas.circle(at(side * 0.72, -0.78), of(0.34), m_skin.lit(-0.10));
            } else if (kind == 2) {  // a rabbit's
                m_canvas.ellipse(at(side * 0.42, -1.35), {of(0.25), of(0.66)}, side * 10.0, kInk);
                m_canvas.ellipse(at(side * 0.42, -1.35), {of(0.19), of(0.60)}, side * 10.0, m_skin.lit(-0.06));
            } else if (kind == 3) {  // feelers
                m_canvas.line(at(side * 0.3, -0.8), at(side * 0.55, -1.45), of(0.09), kInk);
                m_canvas.circle(at(side * 0.55, -1.45), of(0.14), m_skin.lit(0.12));
            }
        }
    }

    void head()
    {
        const double wide = m_random.uniform(0.92, 1.12);
        m_canvas.ellipse(m_centre, {of(wide + 0.06), of(1.06)}, 0, kInk);
        m_canvas.ellipse(m_centre, {of(wide), of(1.0)}, 0, m_skin);
        m_canvas.ellipse(at(-0.25 * wide, -0.45), {of(0.45), of(0.30)}, -25, m_skin.lit(0.06));
        if (m_random.below(2))
            for (const int side : {-1, 1})
                m_canvas.ellipse(at(side * 0.58, 0.30), {of(0.17), of(0.11)}, 0,
                                 m_skin.mixed({0.92, 0.40, 0.42}, 0.45));
    }

    void face()
    {
        const auto eyes = m_random.below(5);
        const double look = m_random.uniform(-0.07, 0.07);
        for (const int side : {-1, 1}) {
            const double x = side * 0.38;
            if (eyes <= 1) {
                const double size = eyes == 0 ? 0.23 : side < 0 ? 0.30 : 0.20;  // calm, or one wide with surprise
                m_canvas.circle(at(x, -0.12), of(size + 0.035), kInk);
                m_canvas.circle(at(x, -0.12), of(size), kWhite);
                m_canvas.circle(at(x + look, -0.10), of(0.10), kInk);
                m_canvas.circle(at(x + look - 0.03, -0.14), of(0.035), kWhite);
            } else if (eyes == 2) {
                m_canvas.arc(at(x, -0.05), {of(0.19), of(0.16)}, 180, 360, of(0.09), kInk);  // glad
            } else if (eyes == 3) {
                m_canvas.line(at(x - 0.18, -0.1), at(x + 0.18, -0.1), of(0.09), kInk);  // unimpressed
                m_canvas.line(at(x - 0.2, -0.32 + side * 0.05), at(x + 0.2, -0.32 - side * 0.02), of(0.07), kInk);
            } else {  // dark glasses
                m_canvas.rectangle(at(x - 0.30, -0.26), {of(0.60), of(0.30)}, kInk);
                m_canvas.line(at(x - 0.16, -0.20), at(x - 0.02, -0.06), of(0.05), kWhite.lit(-0.25));
            }
        }
        if (eyes == 4)
            m_canvas.line(at(-0.9, -0.22), at(0.9, -0.22), of(0.08), kInk);
        mouth();
    }

    void mouth()
    {
        switch (m_random.below(5)) {
        case 0: m_canvas.arc(at(0, 0.34), {of(0.36), of(0.24)}, 10, 170, of(0.08), kInk); break;
        case 1: m_canvas.arc(at(0, 0.68), {of(0.32), of(0.22)}, 195, 345, of(0.08), kInk); break;
        case 2:
            m_canvas.ellipse(at(0, 0.52), {of(0.16), of(0.20)}, 0, kInk);
            m_canvas.ellipse(at(0, 0.60), {of(0.10), of(0.09)}, 0, Tone{0.85, 0.40, 0.42});
            break;
        case 3:
            m_canvas.ellipse(at(0, 0.46), {of(0.40), of(0.26)}, 0, kInk);
            m_canvas.rectangle(at(-0.27, 0.28), {of(0.54), of(0.13)}, kWhite);
            break;
        default: m_canvas.line(at(-0.28, 0.50), at(0.28, 0.44), of(0.08), kInk); break;
        }
    }

    void hat()
    {
        const Tone felt = m_skin.mixed(m_base, 0.5).lit(-0.22);
        switch (m_random.below(6)) {
        case 0:  // a top hat
            m_canvas.rectangle(at(-0.5, -1.62), {of(1.0), of(0.8)}, felt);
            m_canvas.rectangle(at(-0.5, -1.05), {of(1.0), of(0.14)}, felt.lit(0.3));
            m_canvas.ellipse(at(0, -0.84), {of(0.86), of(0.13)}, 0, felt);
            break;
        case 1:  // a party hat
            m_canvas.triangle(at(-0.48, -0.80), at(0.48, -0.80), at(0.06, -1.75), felt.lit(0.3));
            m_canvas.circle(at(0.06, -1.75), of(0.13), kWhite);
            break;
        default: break;
        }
    }

    Canvas m_canvas;
    Random m_random;
    double m_width, m_height, m_unit;
    Tone m_base, m_skin;
    Point m_centre;
    double m_radius = 0;
};

}  // namespace

Image paintMeme(const MemeSketch &sketch)
{
    Image image = blankImage(sketch.width, sketch.height, {});
    Painter(sketch, image).paint();
    Canvas canvas(image);
    const double letters = std::min(sketch.width, sketch.height) * (0.062 + 0.026 * sketch.caption);
    canvas.caption(sketch.top, letters, false);
    canvas.caption(sketch.bottom, letters, true);
    return image;
}

}  // namespace dank
