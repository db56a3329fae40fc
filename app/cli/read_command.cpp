#include <memory>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/given_paths.h"
#include "app/cli/text.h"
#include "core/base/csv.h"
#include "core/base/file.h"
#include "core/dataset/rate_input.h"
#include "core/feeds/read_feed.h"
#include "core/store/library.h"

namespace dank::cli {

namespace {

struct ReadOptions {
    std::vector<std::string> paths;
    ReadRequest request;
    std::string format = "table";
    bool strict = false;
};

/// The pictures of files, folders and datasets, in the order given.
std::vector<std::filesystem::path> picturesOf(Context &context, const std::vector<std::filesystem::path> &given)
{
    std::vector<std::filesystem::path> files;
    for (const std::filesystem::path &path : given) {
        if (hasFeedName(path)) {
            const Dataset dataset = context.loadDataset(path);
            context.console().skipped(dataset.skipped(), false);
            for (const MemeRecord &record : dataset.records())
                files.push_back(record.image);
        } else {
            for (std::filesystem::path &file : expandRatePaths({&path, 1}, context.job()))
                files.push_back(std::move(file));
        }
    }
    return files;
}

/// Writes what was read to stdout, picture by picture.
class ReadOutput {
public:
    explicit ReadOutput(const std::string &format) : m_format(format)
    {
        if (m_format == "csv")
            printLine("path,text,confidence,words,skipped");
    }

    void add(const std::string &path, const PictureText &text)
    {
        if (m_format == "json") {
            Json words = Json::array();
            for (const TextWord &word : text.words)
                words.push_back({{"text", word.text},
                                 {"box", {word.x, word.y, word.width, word.height}},
                                 {"confidence", number(word.confidence)}});
            m_pictures.push_back({{"path", path},
                                  {"text", text.text},
                                  {"confidence", number(text.confidence)},
                                  {"words", std::move(words)}});
        } else if (m_format == "csv") {
            printExact(csvCell(path) + ',' + csvCell(text.text) + ',' + csvCell(text.confidence) + ','
                       + std::to_string(text.words.size()) + ",\n");
        } else {
            printLine(printable(path) + (text.words.empty() ? "  no words" : "  " + fixed(text.confidence, 2)));
            std::size_t from = 0;
            while (from < text.text.size()) {
                const std::size_t to = std::min(text.text.find('\n', from), text.text.size());
                printLine("    " + printable(text.text.substr(from, to - from)));
                from = to + 1;
            }
        }
    }

    void addSkipped(const std::string &path, const std::string &reason)
    {
        if (m_format == "json")
            m_pictures.push_back({{"path", path}, {"skipped", reason}});
        else if (m_format == "csv")
            printExact(csvCell(path) + ",,,," + csvCell(reason) + '\n');
        else
            printLine(printable(path + "  (" + reason + ")"));
    }

    void finish() const
    {
        if (m_format == "json")
            printJson(m_pictures);
    }

private:
    const std::string m_format;
    Json m_pictures = Json::array();
};

int read(Context &context, const ReadOptions &options)
{
    const auto files = picturesOf(context, givenPaths(options.paths));
    const ReadReport report = context.engine().words().read(files, options.request, context.library(), context.job());
    context.console().clear();

    const Library library = context.readLibrary();
    ReadOutput output(context.json() ? "json" : options.format);
    std::size_t skipped = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string path = displayPath(files[i]);
        if (const std::string &reason = report.pictures[i].skipped; !reason.empty()) {
            ++skipped;
            context.console().note("skipped " + path + ": " + reason);
            output.addSkipped(path, reason);
        } else {
            output.add(path, library.texts().get(report.reader, report.pictures[i].hash).value_or(PictureText{}));
        }
    }
    output.finish();
    if (files.empty())
        context.console().note("There is no picture in what was given.");
    else
        context.console().note(plural(report.computed, "picture", "pictures") + " read, " + grouped(report.cached)
                               + " known from before, " + grouped(report.refused) + " refused"
                               + (report.computed ? "; " + fixed(report.secondsAPicture, 1) + " s a picture" : ""));
    return options.strict && skipped > 0 ? kSomeSkipped : kSuccess;
}

}  // namespace

Action declareRead(CLI::App &app)
{
    auto options = std::make_shared<ReadOptions>();
    app.add_option("PATH", options->paths, "Pictures, folders and db.json files; - reads paths from stdin, one a line")
        ->required();
    app.add_option("--reader", options->request.reader,
                   "ppocr or tesseract; without it ppocr, once `dank weights add` has its three files, else tesseract")
        ->type_name("READER");
    app.add_option("--language", options->request.languages,
                   "What is written in them, as Tesseract names languages; several as eng+deu")
        ->type_name("LANGUAGE")
        ->capture_default_str();
    app.add_option("--format", options->format, "table, csv or json")
        ->check(CLI::IsMember({"table", "csv", "json"}))
        ->type_name("FORMAT")
        ->capture_default_str();
    app.add_flag("--again", options->request.again, "Read those too that the library has");
    app.add_flag("--strict", options->strict, "Exit with 3 when a picture cannot be read");
    return [options](Context &context) { return read(context, *options); };
}

}  // namespace dank::cli
