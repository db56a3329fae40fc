#pragma once

#include <QStringList>

#include <optional>

#include "ui/charts/chart_export.h"
#include "ui/session/session.h"
#include "ui/widgets/theme.h"

namespace dank::gui {

/// What the window's command line asks for.
struct Options {
    QStringList files;  ///< a db.json, a folder with one, a .dankmodel, or pictures to rate
    QString model;
    ui::Session::Options session;
    std::optional<ui::Page> page;
    bool sample = false;
    bool fresh = false;  ///< where the window was last is forgotten
    std::optional<ui::ThemeMode> theme;
    std::optional<ui::ChartExportRequest> chart;  ///< draw this and exit
};

/// Reads `arguments` (the program's name first). On --help, --version or a usage error prints and sets `exitCode`
/// (0 or 2) instead of returning anything. Needs a QCoreApplication.
std::optional<Options> parseOptions(const QStringList &arguments, int &exitCode);

/// Whether these arguments end before anything is shown, so that no display is needed.
bool needsNoDisplay(int argc, char **argv);

}  // namespace dank::gui
