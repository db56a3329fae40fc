#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/text.h"
#include "core/base/csv.h"
#include "core/base/file.h"

namespace dank::cli {

namespace {

struct ReproduceOptions {
    std::string db, log;
    int epochs = 1000, seeds = 1;
};

/// Losses from 1e14 to 0.3 in one column.
std::string lossText(double loss)
{
    char text[40];
    std::snprintf(text, sizeof text, loss >= 1e6 ? "%.3e" : loss >= 100 ? "%.1f" : "%.3f", loss);
    return text;
}

const PaperLoss *paperLossAt(int epoch)
{
    for (const PaperLoss &row : paperLosses())
        if (row.epochs == epoch)
            return &row;
    return nullptr;
}

std::string curvesCsv(const Reproduction &result)
{
    std::string csv = "epoch";
    for (const std::uint64_t seed : result.seeds)
        csv += ",seed_" + std::to_string(seed);
    csv += ",predict_mean\n";
    for (std::size_t epoch = 0; epoch < result.curves.front().size(); ++epoch) {
        csv += std::to_string(epoch + 1);
        for (const auto &curve : result.curves)
            csv += ',' + csvCell(curve[epoch]);
        csv += ',' + csvCell(result.predictMean) + '\n';
    }
    return csv;
}

int reproduce(Context &context, const ReproduceOptions &options)
{
    checkOutput(options.log);
    std::optional<Dataset> dataset;
    if (!options.db.empty())
        dataset = context.loadDataset(options.db);
    const Reproduction result = context.engine().trainer().reproduce(dataset ? &*dataset : nullptr, options.epochs,
                                                                     options.seeds, {}, context.job());
    context.console().clear();
    if (!options.log.empty())
        writeFileAtomically(options.log, curvesCsv(result));

    if (context.json()) {
        Json rows = Json::array();
        for (const int epoch : shownEpochs(options.epochs)) {
            Json ours = Json::array();
            for (const double loss : result.after(epoch))
                ours.push_back(number(loss));
            const PaperLoss *const paper = paperLossAt(epoch);
            rows.push_back({{"epochs", epoch}, {"paper", paper ? Json(paper->loss) : Json(nullptr)}, {"ours", ours}});
        }
        printJson({{"rows", rows},
                   {"predict_mean", number(result.predictMean)},
                   {"memes", result.rows},
                   {"seeded_targets", result.seededTargets},
                   {"seeds", result.seeds},
                   {"seconds", number(result.seconds)},
                   {"explanation", explainReproduction(result)}});
        return kSuccess;
    }
    printLine("The paper's loss, the sum of an epoch's batches, on " + grouped(result.rows)
              + (result.seededTargets ? " seeded targets" : " memes"));
    std::vector<std::vector<std::string>> rows{{"epochs", "paper"}};
    for (const std::uint64_t seed : result.seeds)
        rows.front().push_back("seed " + std::to_string(seed));
    rows.front().push_back("predict the mean");
    for (const int epoch : shownEpochs(options.epochs)) {
        const PaperLoss *const paper = paperLossAt(epoch);
        std::vector<std::string> row{std::to_string(epoch), paper ? lossText(paper->loss) : "–"};
        for (const double loss : result.after(epoch))
            row.push_back(lossText(loss));
        row.push_back(lossText(result.predictMean));
        rows.push_back(std::move(row));
    }
    print(textTable(rows));
    printLine("\n" + explainReproduction(result));
    if (!options.log.empty())
        printLine("\nWritten to " + options.log);
    return kSuccess;
}

}  // namespace

Action declareReproduce(CLI::App &app)
{
    auto options = std::make_shared<ReproduceOptions>();
    app.add_option("DB", options->db, "A dataset whose upvotes are the targets; left out: 3,338 seeded ones");
    addNumber(app, "--epochs", options->epochs, "Passes; the paper's table goes to 1000", CLI::Range(1, 100'000));
    addNumber(app, "--seeds", options->seeds, "How many times, each with a seed of its own", CLI::Range(1, 100));
    app.add_option("--log", options->log, "Write each epoch's losses here")->type_name("FILE.csv");
    return [options](Context &context) { return reproduce(context, *options); };
}

}  // namespace dank::cli
