#pragma once

#include <QString>

#include <optional>

#include "ui/widgets/text_format.h"

namespace dank::ui {

/// A short label for a count on an axis or a card: "500", "2k", "1.5k", "290k", "1.2M".
QString compactNumber(double value);

/// A loss with `digits` significant figures, "0.0098" or "4.1e14"; "not a number" for NaN and "infinite" for infinity.
/// C locale, so that what is read off the chart can be pasted into a program.
QString lossText(double value, int digits = 6);

/// A dankness with two decimals; an unbounded model's wild answers shortened ("9.4e3").
QString danknessText(double value);

/// A number with `decimals` figures after the point, in the C locale. What rounds to nothing is "0.00", never "-0.00".
QString fixedNumber(double value, int decimals);

/// A number for a table in a file: in the C locale, read back to the same double; empty for what is not finite or
/// absent.
QString exactNumber(double value);
QString exactNumber(const std::optional<double> &value);

}  // namespace dank::ui
