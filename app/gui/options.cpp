#include "app/gui/options.h"

#include <QCommandLineParser>

#include <cstdio>
#include <string_view>

#include "core/base/file.h"
#include "core/base/version.h"

namespace dank::gui {

namespace {

const QStringList kPages{"dataset", "features", "train", "evaluate", "rate"};  // in the order of ui::Page
const QStringList kThemes{"system", "light", "dark"};                          // in the order of ui::ThemeMode

}  // namespace

bool needsNoDisplay(int argc, char **argv)
{
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--")
            return false;
        if (argument == "--help" || argument == "-h" || argument == "--version" || argument == "-v"
            || argument == "--chart" || argument.starts_with("--chart="))
            return true;
    }
    return false;
}

std::optional<Options> parseOptions(const QStringList &arguments, int &exitCode)
{
    QCommandLineParser parser;
    parser.setApplicationDescription("Trains on memes and their upvotes, and rates how dank a picture is.");
    const QCommandLineOption help({"h", "help"}, "Shows this.");
    const QCommandLineOption version({"v", "version"}, "Shows the version.");
    const QCommandLineOption model("model", "Rate with this .dankmodel.", "FILE");
    const QCommandLineOption library("library", "The folder for features, runs and models.", "DIR");
    const QCommandLineOption page("page", "Start on this page: " + kPages.join(", ") + ".", "NAME");
    const QCommandLineOption sample("sample", "Open the sample dataset.");
    const QCommandLineOption fresh("fresh", "Do not offer to go on where the window was closed.");
    const QCommandLineOption threads("threads", "Compute threads; 0: one per core.", "N");
    const QCommandLineOption theme("theme", "system, light or dark.", "NAME");
    const QCommandLineOption chart("chart",
                                   "Draw a chart of a run without a window, and exit: loss, upvotes, scatter, "
                                   "calibration, residuals or baselines.",
                                   "KIND");
    const QCommandLineOption run("run", "The run to draw, from `dank runs`.", "RUN");
    const QCommandLineOption out("out", "The file to draw to: .png, .svg, .pdf or .csv.", "FILE");
    parser.addOptions({help, version, model, library, page, sample, fresh, threads, theme, chart, run, out});
    parser.addPositionalArgument(
        "DB", "A file of memes of any kind, or its folder; a .dankmodel or pictures to rate work too.", "[DB]");

    const auto refuse = [&exitCode](const QString &why) {
        std::fprintf(stderr, "dank-learning: %s\nTry dank-learning --help.\n", printable(why.toStdString()).c_str());
        exitCode = 2;
        return std::nullopt;
    };
    exitCode = 0;
    if (!parser.parse(arguments))
        return refuse(parser.errorText());
    if (parser.isSet(help)) {
        std::fputs(qUtf8Printable(parser.helpText()), stdout);
        return std::nullopt;
    }
    if (parser.isSet(version)) {
        std::puts("dank-learning " DANK_VERSION);
        return std::nullopt;
    }

    Options options;
    options.files = parser.positionalArguments();
    options.model = parser.value(model);
    options.sample = parser.isSet(sample);
    options.fresh = parser.isSet(fresh);
    if (parser.isSet(library)) {
        if (parser.value(library).isEmpty())
            return refuse("--library needs a folder.");
        options.session.library = std::filesystem::absolute(ui::toPath(parser.value(library)));
    }
    if (parser.isSet(threads)) {
        bool ok = false;
        options.session.threads = parser.value(threads).toInt(&ok);
        if (!ok || options.session.threads < 0 || options.session.threads > 1024)
            return refuse("--threads takes a number from 0 to 1024.");
    }
    if (parser.isSet(page)) {
        const auto index = kPages.indexOf(parser.value(page).toLower());
        if (index < 0)
            return refuse("--page is one of " + kPages.join(", ") + ".");
        options.page = static_cast<ui::Page>(index);
    }
    if (parser.isSet(theme)) {
        const auto index = kThemes.indexOf(parser.value(theme).toLower());
        if (index < 0)
            return refuse("--theme is one of " + kThemes.join(", ") + ".");
        options.theme = static_cast<ui::ThemeMode>(index);
    }
    if (parser.isSet(chart)) {
        bool ok = false;
        const qlonglong number = parser.value(run).toLongLong(&ok);
        if (!ok || number <= 0 || parser.value(out).isEmpty())
            return refuse("--chart needs --run RUN and --out FILE.");
        options.chart = ui::ChartExportRequest{parser.value(chart), number, parser.value(out), options.session.library};
    } else if (parser.isSet(run) || parser.isSet(out)) {
        return refuse("--run and --out belong to --chart.");
    }
    return options;
}

}  // namespace dank::gui
