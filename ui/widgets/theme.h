#pragma once

#include <QApplication>
#include <QColor>
#include <QIcon>
#include <QPalette>
#include <QString>

#include <array>
#include <functional>

class QWidget;

namespace dank::ui {

/// Every colour of the window, light or dark. The one place where colours are written down (theme.cpp).
struct Tokens {
    bool dark = false;
    QColor background, surface, sunken, line, text, muted, accent, accentSoft, onAccent;
    QColor training, validation, baseline, ok, warn, bad;
    std::array<QColor, 8> dankness;  ///< cold to hot
    std::array<QColor, 8> runs;      ///< of compared runs; apart from each other, from training and validation
};

enum class ThemeMode { System, Light, Dark };

/// Fusion style, palette and style sheet for the whole application. May be called again to switch live.
void applyTheme(QApplication &application, ThemeMode mode);

/// The tokens that fit a palette: a pure function, so a widget asks tokensFor(palette()) whenever it paints, and
/// recolours on QEvent::PaletteChange.
const Tokens &tokensFor(const QPalette &palette);
/// The light ones, for exports.
const Tokens &lightTokens();

/// Calls `recolour` now and after each change of the widget's palette.
void followPalette(QWidget *widget, std::function<void()> recolour);

/// Ramp colour of a dankness or share in 0..1.
QColor danknessColour(const Tokens &tokens, double value);

/// The colour with that opacity, 0 to 1.
QColor faded(QColor colour, float alpha);

/// One of our own icons (resources/icons/NAME.svg, 24-grid stroke icons in currentColor), drawn in `colour`.
QIcon icon(const QString &name, const QColor &colour);

/// Text sizes from the system's UI font: title 20 semibold, body 13, caption 12, big number 22; tabular figures.
enum class TextRole { Title, Heading, Body, Caption, BigNumber };
QFont fontFor(TextRole role);

}  // namespace dank::ui
