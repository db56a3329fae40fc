#include "core/store/run_dataset.h"

#include "core/base/error.h"
#include "core/base/json_reader.h"

namespace dank {

Dataset datasetOf(const RunRecord &record, const JobContext &job)
{
    const Label label = Label::parse(record.config.label);
    if (record.request.empty())
        return labelled(Dataset::load(record.dataset, job), label);
    const JsonDocument document(record.request, 8, [](const std::string &) {
        throw Error(ErrorKind::Library, "The library's record of how this run's features were made is damaged.");
    });
    FeedOptions options;
    if (const auto feed = document.root().find("feed")) {
        const std::vector<JsonValue> columns = feed->at("map").list(kFeedFields);  // older runs know fewer fields
        for (std::size_t f = 0; f < columns.size(); ++f)
            options.map.columns[f] = columns[f].text();
        options.images = feed->at("images").text();
    }
    return labelled(Dataset::load(record.dataset, job, options), label);
}

}  // namespace dank
