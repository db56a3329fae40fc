#include "ui/widgets/theme.h"

#include <QEvent>
#include <QFontInfo>
#include <QVariant>
#include <QWidget>

#include <algorithm>
#include <cmath>

#include "ui/widgets/style.h"

namespace dank::ui {

namespace {

struct NamedColour {
    QColor Tokens::*colour;
    QRgb light, dark;
};
constexpr NamedColour kColours[] = {
    {&Tokens::background, 0xF6F6F8, 0x17171C}, {&Tokens::surface, 0xFFFFFF, 0x1F1F26},
    {&Tokens::sunken, 0xEFEFF3, 0x131318},     {&Tokens::line, 0xDEDEE6, 0x33333E},
    {&Tokens::text, 0x1B1B24, 0xECECF1},       {&Tokens::muted, 0x62626F, 0xA0A0AE},
    {&Tokens::accent, 0x5B4FE9, 0x8B82FF},     {&Tokens::accentSoft, 0xE9E7FD, 0x2B2850},
    {&Tokens::onAccent, 0xFFFFFF, 0x15151B},   {&Tokens::training, 0x2F6FDE, 0x6BA4FF},
    {&Tokens::validation, 0xD9660B, 0xFF9D4D}, {&Tokens::baseline, 0x8A8A98, 0x8F8F9E},
    {&Tokens::ok, 0x1E8A4C, 0x5CCB8B},         {&Tokens::warn, 0xB25E00, 0xF0A95A},
    {&Tokens::bad, 0xC2303B, 0xFF7B84},
};
constexpr std::array<QRgb, 8> kDankness{0x1B0C41, 0x4F0A6D, 0x781C6D, 0xA52C60, 0xCF4446, 0xED6925, 0xFB9B06, 0xF7D13D};
constexpr std::array<QRgb, 8> kRunsLight{0x00857A, 0x8E3BB8, 0xC2185B, 0x6B7A00,
                                         0x8A5A2B, 0x4A6078, 0x2E8B3D, 0x3B3FA8};
constexpr std::array<QRgb, 8> kRunsDark{0x2EC4B6, 0xC792EA, 0xFF6B9D, 0xC5D86D, 0xD4A373, 0x9FB3C8, 0x7BD88F, 0x8E94F2};

Tokens makeTokens(bool dark)
{
    const auto colour = [](QRgb rgb) { return QColor::fromRgb(rgb); };
    Tokens t;
    t.dark = dark;
    for (const NamedColour &named : kColours)
        t.*named.colour = colour(dark ? named.dark : named.light);
    std::ranges::transform(kDankness, t.dankness.begin(), colour);
    if (dark) {  // the two coldest lifted until they stand out on the surface
        t.dankness[0] = colour(0x5A4B96);
        t.dankness[1] = colour(0x7B3FA0);
    }
    std::ranges::transform(dark ? kRunsDark : kRunsLight, t.runs.begin(), colour);
    return t;
}

const Tokens &darkTokens()
{
    static const Tokens tokens = makeTokens(true);
    return tokens;
}

QPalette paletteFor(const Tokens &t)
{
    QPalette p;
    p.setColor(QPalette::Window, t.background);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.surface);
    p.setColor(QPalette::AlternateBase, t.background);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::PlaceholderText, t.muted);
    p.setColor(QPalette::Button, t.surface);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::BrightText, t.bad);
    p.setColor(QPalette::ToolTipBase, t.surface);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::Highlight, t.accent);
    p.setColor(QPalette::HighlightedText, t.onAccent);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::LinkVisited, t.accent);
    p.setColor(QPalette::Light, t.dark ? t.line : t.surface);
    p.setColor(QPalette::Midlight, t.line);
    p.setColor(QPalette::Mid, t.line);
    p.setColor(QPalette::Dark, t.dark ? t.sunken : t.baseline);
    p.setColor(QPalette::Shadow, t.dark ? t.sunken : t.baseline);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        p.setColor(QPalette::Disabled, role, t.muted);
    p.setColor(QPalette::Disabled, QPalette::Highlight, t.line);
    return p;
}

QString styleSheetFor(const Tokens &t)
{
    QString sheet = QStringLiteral(R"(
dank--ui--Card { background: @surface; border: 1px solid @line; border-radius: 8px; }
dank--ui--Card[selected="true"] { border: 2px solid @accent; }
dank--ui--Card[clickable="true"]:focus { border: 2px solid @accent; }
QPushButton, QToolButton[button="true"] { outline: none;
    background: @surface; color: @text; border: 1px solid @line; border-radius: 6px; padding: 0 13px; min-height: 28px; }
QPushButton:hover, QToolButton[button="true"]:hover { background: @sunken; }
QPushButton:pressed, QPushButton:checked, QToolButton[button="true"]:pressed { background: @soft; }
QPushButton:focus, QToolButton[button="true"]:focus { border: 2px solid @accent; padding: 0 12px; min-height: 26px; }
QPushButton:disabled, QToolButton[button="true"]:disabled { color: @muted; background: @sunken; }
QPushButton[primary="true"] { background: @accent; color: @onaccent; border-color: @accent; font-weight: 600; }
QPushButton[primary="true"]:hover { background: @accenthover; border-color: @accenthover; }
QPushButton[primary="true"]:focus { border: 2px solid @text; padding: 0 12px; min-height: 26px; }
QPushButton[primary="true"]:disabled { background: @sunken; color: @muted; border-color: @line; }
QPushButton[link="true"] { background: transparent; color: @accent; border: 1px solid transparent; padding: 0 5px;
    min-height: 22px; }
QPushButton[link="true"]:hover { background: @soft; }
QPushButton[link="true"]:focus { border: 1px solid @accent; padding: 0 5px; min-height: 22px; }
QPushButton[link="true"]:disabled { color: @muted; }
QPushButton[toggle="true"] { background: transparent; border-color: transparent; color: @muted; }
QPushButton[toggle="true"]:hover { background: @sunken; }
QPushButton[toggle="true"]:checked { background: @surface; border-color: @line; color: @text; }
QPushButton[toggle="true"]:focus { border-color: @accent; }
QPushButton::menu-indicator, QToolButton[button="true"]::menu-indicator, dank--ui--Chip::menu-indicator { image: none; width: 0; }
dank--ui--Chip { background: @sunken; color: @muted; border: 1px solid transparent; border-radius: 11px;
    padding: 0 9px; min-height: 20px; max-height: 20px; }
dank--ui--Chip[dot="true"] { padding: 0 1px 0 9px; }
dank--ui--Chip:hover { color: @text; }
dank--ui--Chip:checked { background: @soft; color: @accent; }
dank--ui--Chip:focus { border-color: @accent; }
QMenuBar { background: @surface; border-bottom: 1px solid @line; padding: 2px 6px; }
QMenuBar::item { padding: 5px 10px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: @soft; color: @text; }
QToolTip { background: @surface; color: @text; border: 1px solid @line; padding: 4px; }
QHeaderView { background: @surface; }
QHeaderView::section { background: @surface; color: @muted; border: none; border-bottom: 1px solid @line;
    padding: 6px 8px; }
QHeaderView::section:focus { color: @text; }
QTableView { background: @surface; border: none; gridline-color: @line; selection-background-color: @soft;
    selection-color: @text; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 11px; }
QScrollBar:horizontal { height: 11px; }
QScrollBar::handle { background: @line; border-radius: 4px; margin: 1px; min-height: 32px; min-width: 32px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar { background: @sunken; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
)");
    const std::pair<const char *, QColor> names[] = {
        {"@surface", t.surface},  {"@sunken", t.sunken},
        {"@line", t.line},        {"@text", t.text},
        {"@muted", t.muted},      {"@accenthover", t.dark ? t.accent.lighter(108) : t.accent.darker(110)},
        {"@accent", t.accent},    {"@soft", t.accentSoft},
        {"@onaccent", t.onAccent}};
    for (const auto &[name, colour] : names)
        sheet.replace(QLatin1String(name), colour.name());
    return sheet;
}

/// What the desktop itself says, asked with our own palette out of the way.
bool systemIsDark(QApplication &application)
{
    application.setPalette(QPalette());
    const QPalette palette = application.palette();
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

constexpr int kBodyPixels = 13;

}  // namespace

const Tokens &lightTokens()
{
    static const Tokens tokens = makeTokens(false);
    return tokens;
}

const Tokens &tokensFor(const QPalette &palette)
{
    // AlternateBase: no style sheet rule of ours touches it, so it tells light from dark on every widget.
    return palette.color(QPalette::AlternateBase).lightness() < 128 ? darkTokens() : lightTokens();
}

void applyTheme(QApplication &application, ThemeMode mode)
{
    constexpr const char *kSystemFont = "dankSystemFont";
    if (!application.property(kSystemFont).isValid()) {
        application.setProperty(kSystemFont, application.font());
        QFont body = application.font();
        // Never smaller than the design, larger where the user asked for larger text.
        body.setPixelSize(std::clamp(QFontInfo(body).pixelSize(), kBodyPixels, 2 * kBodyPixels));
#if QT_VERSION >= QT_VERSION_CHECK(6, 7, 0)
        body.setFeature("tnum", 1);
#endif
        application.setFont(body);
        application.setStyle(new ThemeStyle);
    }
    const bool dark = mode == ThemeMode::Dark || (mode == ThemeMode::System && systemIsDark(application));
    const Tokens &tokens = dark ? darkTokens() : lightTokens();
    application.setPalette(paletteFor(tokens));
    const QString sheet = styleSheetFor(tokens);
    if (application.styleSheet() != sheet)
        application.setStyleSheet(sheet);
}

void followPalette(QWidget *widget, std::function<void()> recolour)
{
    class Follower : public QObject {
    public:
        Follower(QWidget *of, std::function<void()> what) : QObject(of), m_what(std::move(what)) {}
        bool eventFilter(QObject *, QEvent *event) override
        {
            if (event->type() == QEvent::PaletteChange)
                m_what();
            return false;
        }

    private:
        std::function<void()> m_what;
    };
    recolour();
    widget->installEventFilter(new Follower(widget, std::move(recolour)));
}

QColor danknessColour(const Tokens &tokens, double value)
{
    if (!std::isfinite(value))
        value = 0;
    const double at = std::clamp(value, 0.0, 1.0) * static_cast<double>(tokens.dankness.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    const auto high = std::min(low + 1, tokens.dankness.size() - 1);
    const double share = at - static_cast<double>(low);
    const auto mix = [share](float a, float b) { return static_cast<float>(a + (b - a) * share); };
    const QColor &a = tokens.dankness[low];
    const QColor &b = tokens.dankness[high];
    return QColor::fromRgbF(mix(a.redF(), b.redF()), mix(a.greenF(), b.greenF()), mix(a.blueF(), b.blueF()));
}

QColor faded(QColor colour, float alpha)
{
    colour.setAlphaF(alpha);
    return colour;
}

QFont fontFor(TextRole role)
{
    QFont font = QApplication::font();
    const double body = font.pixelSize() > 0 ? font.pixelSize() : QFontInfo(font).pixelSize();
    const auto scaled = [body](double design) { return std::max(1, qRound(body * design / kBodyPixels)); };
    switch (role) {
    case TextRole::Title:
        font.setPixelSize(scaled(20));
        font.setWeight(QFont::DemiBold);
        break;
    case TextRole::Heading:
        font.setPixelSize(scaled(13));
        font.setWeight(QFont::DemiBold);
        break;
    case TextRole::Body: font.setPixelSize(scaled(13)); break;
    case TextRole::Caption: font.setPixelSize(scaled(12)); break;
    case TextRole::BigNumber:
        font.setPixelSize(scaled(22));
        font.setWeight(QFont::DemiBold);
        break;
    }
    return font;
}

}  // namespace dank::ui
