#include "core/words/text_reader.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/words/tesseract_reader.h"

namespace dank {
namespace {

struct Row {
    const char *name;
    std::unique_ptr<TextReader> (*make)(const std::string &languages);
};

// A row for each reader.
constexpr Row kReaders[] = {
    {"tesseract", makeTesseractReader},
};

}  // namespace

std::vector<std::string> textReaderNames()
{
    std::vector<std::string> names;
    for (const Row &row : kReaders)
        names.emplace_back(row.name);
    return names;
}

std::unique_ptr<TextReader> makeTextReader(std::string_view name, const std::string &languages)
{
    std::string known;
    for (const Row &row : kReaders) {
        if (name == row.name)
            return row.make(languages);
        known += (known.empty() ? "" : ", ") + std::string(row.name);
    }
    throw Error(ErrorKind::Format, "There is no reader \"" + printable(name) + "\". There is: " + known + ".");
}

}  // namespace dank
