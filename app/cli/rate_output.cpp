#include "app/cli/rate_output.h"
#include "core/base/file.h"
#include "core/store/run_export.h"

#include <cstdio>
#include <string>
#include <vector>

namespace dank::cli {

namespace {

class TableOutput final : public RateOutput {
public:
    explicit TableOutput(const Model &model) : m_model(model) {}

    void add(const Score &score) override
    {
        if (!m_begun) {
            m_begun = true;
            printLine(m_model.name + ", epoch " + std::to_string(m_model.epoch)
                      + (m_model.untrainedBackbone ? " · untrained features (seeded random weights)" : ""));
            printLine("dankness  percentile  upvotes  path");
        }
        if (score.skipped.empty())
            printRow({fixed(score.dankness, 3), fixed(score.percentile, 1), grouped(score.expectedUpvotes)},
                     printable(score.path));
        else
            printRow({"–", "–", "–"}, printable(score.path + "  (" + score.skipped + ")"));
        std::fflush(stdout);
    }
    void finish() override {}

private:
    static void printRow(const std::vector<std::string> &cells, const std::string &path)
    {
        constexpr std::size_t kWidths[] = {8, 10, 7};
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::size_t width = displayWidth(cells[i]);
            line += std::string(kWidths[i] > width ? kWidths[i] - width : 0, ' ') + cells[i] + "  ";
        }
        printLine(line + path);
    }

    const Model &m_model;
    bool m_begun = false;
};

class CsvOutput final : public RateOutput {
public:
    explicit CsvOutput(const Model &model) : m_model(model)
    {
        printLine("path,dankness,percentile,expected_upvotes,model,epoch,untrained,skipped");
    }

    void add(const Score &score) override
    {
        const bool scored = score.skipped.empty();
        printLine(csvCell(score.path) + ',' + (scored ? shortest(score.dankness) : "") + ','
                  + (scored ? shortest(score.percentile) : "") + ',' + (scored ? shortest(score.expectedUpvotes) : "")
                  + ',' + csvCell(m_model.name) + ',' + std::to_string(m_model.epoch) + ','
                  + (m_model.untrainedBackbone ? "true" : "false") + ',' + csvCell(score.skipped));
        std::fflush(stdout);
    }
    void finish() override {}

private:
    const Model &m_model;
};

class JsonOutput final : public RateOutput {
public:
    explicit JsonOutput(const Model &model) : m_model(model) {}

    void add(const Score &score) override { m_scores.push_back(toJson(score, m_model)); }
    void finish() override { printJson(m_scores); }

private:
    const Model &m_model;
    Json m_scores = Json::array();
};

}  // namespace

Json toJson(const Score &score, const Model &model)
{
    if (!score.skipped.empty())
        return {{"path", score.path}, {"skipped", score.skipped}};
    return {{"path", score.path},
            {"dankness", number(score.dankness)},
            {"percentile", number(score.percentile)},
            {"expected_upvotes", number(score.expectedUpvotes)},
            {"model", model.name},
            {"epoch", model.epoch},
            {"untrained", model.untrainedBackbone}};
}

std::unique_ptr<RateOutput> makeRateOutput(std::string_view format, const Model &model)
{
    if (format == "json")
        return std::make_unique<JsonOutput>(model);
    if (format == "csv")
        return std::make_unique<CsvOutput>(model);
    return std::make_unique<TableOutput>(model);
}

}  // namespace dank::cli
