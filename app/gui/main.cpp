#include <QApplication>
#include <QFileInfo>
#include <clocale>

#include <cstdio>

#include "app/gui/end_signals.h"
#include "app/gui/options.h"
#include "core/base/error.h"
#include "core/base/instruction_set.h"
#include "core/base/version.h"
#include "core/engine/loader.h"
#include "ui/dataset/last_place.h"
#include "ui/session/session.h"
#include "ui/widgets/drop_content.h"
#include "ui/widgets/theme.h"
#include "ui/window/main_window.h"

namespace {

using namespace dank;

bool hasDisplay()
{
    return !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
}

/// Everything named on the command line, each as what it is.
void openFiles(const gui::Options &options, ui::Session &session, ui::MainWindow &window)
{
    QStringList pictures;
    bool dataset = false;
    bool model = !options.model.isEmpty();
    for (const QString &file : options.files) {
        const QFileInfo info(file);
        using Kind = ui::DropContent::Kind;
        const Kind kind = ui::lookAtFiles({info.absoluteFilePath()}).kind;  // as a drop is told
        if (kind == Kind::Model) {
            session.rater().open(info.absoluteFilePath());
            model = true;
        } else if (kind == Kind::Weights) {
            session.weights().add(info.absoluteFilePath());
        } else if (!dataset
                   && (kind == Kind::Dataset || info.suffix().compare("json", Qt::CaseInsensitive) == 0
                       || !info.exists())) {  // these say what is wrong
            session.data().open(info.absoluteFilePath());
            dataset = true;
        } else {
            pictures << info.absoluteFilePath();
        }
    }
    if (!options.model.isEmpty())
        session.rater().open(QFileInfo(options.model).absoluteFilePath());
    if (options.sample && !dataset)
        session.openSample();
    if (!pictures.isEmpty())
        session.board().rate(pictures);
    if (!options.page && (model || !pictures.isEmpty()) && !dataset && !options.sample)
        window.showPage(ui::Page::Rate);
}

}  // namespace

int main(int argc, char **argv)
{
    letThreadsSleep();
    try {
        forceInstructionSet();
    } catch (const Error &error) {
        std::fprintf(stderr, "dank-learning: %s\n", error.what());
        return 1;
    }
    const bool platformChosen = !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM");
    if (!hasDisplay() && !platformChosen && gui::needsNoDisplay(argc, argv))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QCoreApplication::setApplicationName("dank-learning");
    QCoreApplication::setOrganizationName("dank-learning");
    QCoreApplication::setApplicationVersion(DANK_VERSION);
    QGuiApplication::setDesktopFileName("org.danklearning.DankLearning");
    QGuiApplication::setApplicationDisplayName("Dank Learning");
    if (!hasDisplay() && !platformChosen && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        std::fputs("dank-learning: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). "
                   "The command line does the same without one: dank --help.\n",
                   stderr);
        return 1;
    }
    QApplication application(argc, argv);
    std::setlocale(LC_NUMERIC, "C");  // Qt takes over the user's; files and JSON keep the point. QLocale is unaffected.

    int exitCode = 0;
    const auto options = gui::parseOptions(QApplication::arguments(), exitCode);
    if (!options)
        return exitCode;
    ui::applyTheme(application, options->theme.value_or(ui::ThemeMode::System));
    if (options->chart)
        return ui::exportChartFromCommandLine(*options->chart);

    const gui::EndSignals endSignals;
    if (options->fresh)
        ui::LastPlace::forget();
    ui::Session::Options sessionOptions = options->session;
    sessionOptions.engineWaits = true;
    ui::Session session(sessionOptions);
    ui::MainWindow window(session);
    if (options->theme)
        ui::applyTheme(application, *options->theme);  // for this once: what the window remembers stays
    if (options->page)
        window.showPage(*options->page);
    // Loading the engine holds the loader's lock, which Qt needs for its plugins: the whole window comes first.
    QObject::connect(&window, &ui::MainWindow::ready, &window, [&] {
        session.engine().open();
        openFiles(*options, session, window);
    });
    window.show();
    return QApplication::exec();
}
