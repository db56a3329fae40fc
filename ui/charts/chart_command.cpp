// Charts without a window: dank-learning --chart.

#include <QFile>
#include <QTextStream>

#include <algorithm>
#include <cstdio>

#include "core/backbone/backbone_id.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/engine/loader.h"
#include "core/store/library.h"
#include "core/store/model_file.h"
#include "core/store/run_dataset.h"
#include "ui/charts/calibration_chart.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/evaluation_rows.h"
#include "ui/charts/histogram_chart.h"
#include "ui/charts/loss_chart.h"
#include "ui/charts/scatter_chart.h"

namespace dank::ui {

namespace {

void complain(const std::string &text)
{
    std::fprintf(stderr, "dank-learning: %s\n", printableLines(text).c_str());
}

ChartProvenance provenanceOf(const RunRecord &run)
{
    ChartProvenance provenance;
    provenance.run = run.run;
    provenance.seed = QString::number(run.config.seed);
    provenance.dataset =
        QString::fromStdString(displayPath(std::filesystem::path(run.dataset).parent_path().filename()));
    provenance.datasetHash = QString::fromStdString(run.datasetHash);
    provenance.backbone = QString::fromStdString(run.backbone);
    if (isUntrainedBackbone(run.backbone))
        provenance.note = QStringLiteral("untrained network");
    return provenance;
}

std::shared_ptr<const Dataset> datasetOf(const RunRecord &run)
{
    auto dataset = std::make_shared<const Dataset>(dank::datasetOf(run, {}));
    if (!run.datasetHash.empty() && dataset->contentHash() != run.datasetHash)
        complain("note: " + displayPath(run.dataset) + " has changed since this run; the chart shows what it is now.");
    return dataset;
}

void drawLoss(const Library &library, const RunRecord &run, const QString &out, const ChartExportOptions &options)
{
    TrainingView view;
    view.run = run.run;
    view.config = run.config;
    view.curve = library.runs().epochs(run.run);
    view.bestEpoch = run.bestEpoch;
    view.meanPredictorLoss = run.meanPredictorLoss;
    if (view.curve.empty())
        throw Error(ErrorKind::Library, "Run " + std::to_string(run.run) + " has no epochs to draw yet.");
    LossChart chart;
    chart.setProvenance(provenanceOf(run));
    chart.setTraining(view);
    exportChart(chart, out, options);
}

void drawUpvotes(const RunRecord &run, const QString &out, const ChartExportOptions &options)
{
    HistogramChart chart;
    const auto dataset = datasetOf(run);
    chart.setTarget(run.config.target);
    chart.setDataset(dataset);
    auto provenance = provenanceOf(run);
    provenance.datasetHash = QString::fromStdString(dataset->contentHash());
    chart.upvotes()->setProvenance(provenance);
    exportChart(*chart.upvotes(), out, options);
}

/// Nothing where it cannot be read any more, and then `missing` says why.
std::shared_ptr<const Dataset> datasetIfThere(const RunRecord &run, std::string &missing)
{
    try {
        return datasetOf(run);
    } catch (const Error &error) {
        missing = error.what();
        return nullptr;
    }
}

/// The run's own, where its dataset is as it was or is missing; else made anew.
Evaluation evaluationOf(const Library &library, const RunRecord &run, const Dataset *dataset,
                        const std::string &missing)
{
    if (!dataset || run.datasetHash == dataset->contentHash()) {
        if (auto stored = library.evaluations().get(run.run)) {  // its controls are not trained again
            if (!dataset)
                complain("note: " + missing + " The chart is drawn from the run's stored evaluation, without titles.");
            return std::move(*stored);
        }
    }
    const std::string name = "Run " + std::to_string(run.run);
    if (!dataset)
        throw Error(ErrorKind::Dataset,
                    name + " cannot be drawn: its evaluation is not stored, and its dataset is missing. " + missing,
                    run.dataset);
    if (run.model.empty())
        throw Error(ErrorKind::Library, name + " has no model to draw predictions of.");
    const Model model = loadModel(run.model);
    BackboneRequest backbone;
    backbone.backbone = model.backbone;
    backbone.weights = model.untrainedBackbone ? "none" : run.weightsFile;
    return openEngine()->trainer().evaluate(model, *dataset, backbone, nullptr, library.folder(), JobContext{});
}

/// The charts of what an evaluation found.
void drawEvaluation(const Library &library, const RunRecord &run, const ChartExportRequest &request,
                    const ChartExportOptions &options)
{
    std::string missing;
    const auto dataset = datasetIfThere(run, missing);
    const auto evaluation = std::make_shared<const Evaluation>(evaluationOf(library, run, dataset.get(), missing));
    const QString subset = oneLine(evaluation->subset);
    const auto write = [&](Plot &chart) {
        chart.setProvenance(provenanceOf(run));
        exportChart(chart, request.out, options);
    };
    if (request.chart == QLatin1String("scatter")) {
        ScatterChart chart;
        chart.setEvaluation(evaluation, dataset, run.config.target);
        write(chart);
    } else if (request.chart == QLatin1String("calibration")) {
        CalibrationChart chart;
        chart.setBins(binsOf(*evaluation), subset, {});
        if (chart.bins().empty())
            throw Error(ErrorKind::Dataset,
                        "There are too few memes, or too few different predictions, to compare in bins.");
        write(chart);
    } else if (request.chart == QLatin1String("residuals")) {
        const GroupResiduals residuals =
            residualsByGroup(*evaluation, dataset.get(), quickBootstrap(evaluation->memes.size()));
        if (residuals.groups.empty())
            throw Error(ErrorKind::Dataset,
                        (dataset ? std::string("There are no two groups, authors or months with at least ")
                                 : "The run's dataset is missing, so authors and months are not known. " + missing
                                       + " The stored evaluation has no two groups with at least ")
                            + std::to_string(kResidualRows) + " judged memes to compare.");
        RowChart chart;
        chart.setContent(residualRows(residuals, subset));
        write(chart);
    } else {
        RowChart chart;
        chart.setContent(baselineRows(*evaluation));
        write(chart);
    }
}

}  // namespace

QStringList chartNames()
{
    return {QStringLiteral("loss"),        QStringLiteral("upvotes"),   QStringLiteral("scatter"),
            QStringLiteral("calibration"), QStringLiteral("residuals"), QStringLiteral("baselines")};
}

int exportChartFromCommandLine(const ChartExportRequest &request)
{
    if (!chartNames().contains(request.chart)) {
        complain("there is no chart \"" + request.chart.toStdString() + "\"; choose one of "
                 + chartNames().join(QStringLiteral(", ")).toStdString() + '.');
        return 2;
    }
    const auto format = chartFormatFor(request.out);
    if (!format) {
        complain("--out must end in .png, .svg, .pdf or .csv, not \"" + request.out.toStdString() + "\".");
        return 2;
    }
    if (request.run <= 0) {
        complain("--run needs the number of a run; `dank runs` lists them.");
        return 2;
    }
    try {
        ChartExportOptions options;
        options.format = *format;
        const Library library =
            Library::openToRead(request.library.empty() ? Library::defaultFolder() : request.library);
        const RunRecord run = library.runs().get(request.run);
        if (request.chart == QLatin1String("loss"))
            drawLoss(library, run, request.out, options);
        else if (request.chart == QLatin1String("upvotes"))
            drawUpvotes(run, request.out, options);
        else
            drawEvaluation(library, run, request, options);
        return 0;
    } catch (const std::exception &error) {
        complain(error.what());
    }
    return 1;
}

}  // namespace dank::ui
