#pragma once

#include <QByteArray>
#include <QSize>
#include <QString>

#include <cstdint>
#include <filesystem>
#include <optional>

#include "ui/charts/plot.h"

namespace dank::ui {

enum class ChartFormat { Png, Svg, Pdf, Csv };

/// By the ending of a file name, in any case; nothing for another ending.
std::optional<ChartFormat> chartFormatFor(const QString &file);

struct ChartExportOptions {
    ChartFormat format = ChartFormat::Png;
    int scale = 2;         ///< PNG only: 1, 2 or 4 pixels a unit
    QSize size{960, 600};  ///< in units: pixels of a PNG at 1×, points of a PDF
};

/// A chart as file contents: title, legend, axis labels, the plot in its present view and the provenance footer;
/// as CSV all figures behind it, with the title and footer as comment lines (#) in front. Leaves the plot as it was.
/// Throws Error{Memory|Disk} when it cannot be drawn.
QByteArray renderChart(Plot &plot, const ChartExportOptions &options);

/// A table as CSV (UTF-8), with `title` and `footer` as comment lines (#) in front.
QByteArray renderTable(const ChartTable &table, const QString &title, const QString &footer);

/// renderChart(), written atomically. Throws Error{Disk|File}.
void exportChart(Plot &plot, const QString &file, const ChartExportOptions &options);

/// Asks where and how, then exports; tells of a failure in words. Returns the file, empty when nothing was written.
QString exportChartWithDialog(QWidget *parent, Plot &plot, const QString &suggestedName);

/// Puts the chart on the clipboard as a picture (2×).
void copyChart(Plot &plot);

/// Gives a plot's copyRequested() and exportRequested() their meaning.
void connectChartExport(Plot &plot, const QString &suggestedName);

/// What exportChartFromCommandLine() can draw: loss, upvotes, scatter, calibration, residuals, baselines.
QStringList chartNames();

/// One chart of a run in the library, drawn without a window.
struct ChartExportRequest {
    QString chart;  ///< one of chartNames()
    std::int64_t run = 0;
    QString out;                    ///< FILE.png, .svg, .pdf or .csv
    std::filesystem::path library;  ///< empty: the default
};

/// For `dank-learning --chart`: 0 when written; 1 with the reason on stderr; 2 for an unknown chart or format.
/// Needs a QApplication (the offscreen platform will do). What a run's stored evaluation holds is drawn without
/// its dataset; an evaluation that is not stored needs it, and opens the compute engine.
int exportChartFromCommandLine(const ChartExportRequest &request);

}  // namespace dank::ui
