#include "app/cli/context.h"

#include <algorithm>
#include <thread>

#include "core/base/file.h"
#include "core/feeds/read_feed.h"

namespace dank::cli {

namespace fs = std::filesystem;

Context::Context(const Globals &globals)
    : m_globals(globals),
      m_library(globals.library.empty() ? Library::defaultFolder() : fs::absolute(globals.library).lexically_normal()),
      m_console(globals.progress)
{
}

int Context::threads() const
{
    return m_globals.threads > 0 ? m_globals.threads
                                 : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

bool Context::libraryExists() const
{
    try {
        return fs::exists(statusOf(m_library / "library.sqlite"));
    } catch (const Error &error) {
        throw Error(ErrorKind::Library,
                    std::string(error.what()) + " Choose another folder for the library with --library.", m_library);
    }
}

void Context::requireLibrary() const
{
    if (!libraryExists())
        throw Error(ErrorKind::Library, displayPath(m_library) + " holds no library yet.", m_library);
}

Library Context::openLibrary() const
{
    requireLibrary();
    return Library::open(m_library, m_interrupt.cancel());
}

Library Context::readLibrary() const
{
    requireLibrary();
    return Library::openToRead(m_library, m_interrupt.cancel());
}

Engine &Context::engine()
{
    if (!m_engine)
        m_engine = openEngine({m_globals.threads});
    return *m_engine;
}

JobContext Context::job()
{
    return {m_interrupt.cancel(), [this](const Progress &progress) { m_console.progress(progress); }};
}

JobContext Context::observedJob()
{
    return {m_interrupt.cancel(), [this](const Progress &progress) {
                if (progress.stage != "extract" && progress.stage != "train")
                    m_console.progress(progress);
            }};
}

int Context::answer(const Json &document, const std::string &line)
{
    m_console.clear();
    if (json())
        printJson(document);
    else
        printLine(line);
    return kSuccess;
}

Dataset Context::loadDataset(const fs::path &file, const FeedOptions &options)
{
    Dataset dataset = Dataset::load(feedPath(file), job(), options);
    if (!libraryExists())
        return dataset;
    const auto excluded = readLibrary().choices().exclusions(dataset.path().string());
    return excluded.empty() ? dataset : dataset.without(excluded);
}

void checkOutput(const fs::path &file)
{
    if (file.empty())
        return;
    const fs::path folder = fs::absolute(file).parent_path();
    if (!fs::is_directory(statusOf(folder)))
        throw Error(ErrorKind::File,
                    displayPath(file) + " cannot be written: there is no folder " + displayPath(folder) + '.', file);
    if (fs::is_directory(statusOf(file)))
        throw Error(ErrorKind::File, displayPath(file) + " cannot be written: it is a folder.", file);
}

}  // namespace dank::cli
