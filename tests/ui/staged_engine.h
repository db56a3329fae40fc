#pragma once

#include <QColor>
#include <QImage>
#include <QPainter>

#include <atomic>
#include <chrono>
#include <cmath>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "core/evaluate/evaluation.h"
#include "fake_engine.h"

namespace dank::test {

/// A FakeEngine that looks like the real one: plausible figures, colourful pictures, and gates at which it stands
/// still so that a window can be looked at in the middle of things.
class StagedEngine : public FakeEngine {
public:
    std::atomic<bool> showsBaselines{true}, showsGroups{true};  ///< in an evaluation
    std::atomic<bool> learns{true}, isJudged{true};             ///< a training's model
    std::atomic<bool> holdOpening{false}, holdSample{false};
    std::atomic<int> holdExtractAt{-1};        ///< stands after so many pictures until it is -1
    std::atomic<int> holdTrainAt{-1};          ///< stands at this epoch until it is -1
    std::atomic<bool> weightsInstalled{true};  ///< of Inception V3 and ResNet-50
    std::string ownProblem;                    ///< why a TorchScript file cannot be used
    std::set<MemeId> trained;                  ///< rows that evaluate() leaves out

    StagedEngine()
    {
        epochMs = 0;
        onEpoch = [this](int epoch) { wait([this, epoch] { return holdTrainAt == epoch; }); };
    }

    EngineInfo info() const override
    {
        wait([this] { return holdOpening.load(); });
        return FakeEngine::info();
    }

    std::vector<BackboneStatus> backbones(const Dataset *dataset, const BackboneRequest &request,
                                          const std::filesystem::path &library, const JobContext &job) const override
    {
        struct Row {
            const char *id, *title, *summary;
            int columns, side;
            double speed, mega;
        };
        constexpr Row kRows[] = {
            {"inception_v3", "Inception V3", "The paper's choice; sees 299 × 299", 2048, 299, 61, 108.9},
            {"vgg16", "VGG16", "Plain and heavy; its second hidden layer", 4096, 224, 0, 553.4},
            {"vgg19", "VGG19", "VGG16 with three more layers", 4096, 224, 0, 574.7},
            {"resnet50", "ResNet-50", "Quick, and strong for its size", 2048, 224, 84, 102.5},
            {"resnet101", "ResNet-101", "Twice as deep as ResNet-50", 2048, 224, 0, 179},
            {"resnet152", "ResNet-152", "The deepest of the ResNets", 2048, 224, 0, 242},
            {"xception", "Xception", "Separable convolutions; sees 299 × 299", 2048, 299, 0, 92}};
        std::vector<BackboneStatus> known = FakeEngine::backbones(dataset, request, library, job);
        BackboneStatus classic = known.front();
        BackboneStatus own = known.back();
        const auto count = [&](BackboneStatus &status) {
            const bool asked = request.backbone.empty() ? status.isDefault : status.id == request.backbone;
            status.total = dataset ? dataset->records().size() : 0;
            status.cached = asked && extractions > 0 ? status.total : 0;
        };
        classic.summary = "Colours, edges, texture and text layout; nothing to download";
        classic.columns = 338;
        classic.imagesPerSecond = 210;
        classic.isDefault = !weightsInstalled && !isInstalled("inception_v3");
        count(classic);
        known = {classic};
        for (const Row &row : kRows) {
            BackboneStatus status;
            status.id = row.id;
            status.title = row.title;
            status.summary = row.summary;
            status.columns = row.columns;
            status.inputSide = row.side;
            status.expectedAt = library / "weights" / (status.id + ".safetensors");
            WeightsEntry entry = offer(status.id);
            entry.title = status.title;
            entry.bytes = static_cast<std::uint64_t>(row.mega * 1e6);
            entry.licence = "BSD-3-Clause (torchvision); terms of the ImageNet pictures may apply";
            entry.source = "torchvision, trained on ImageNet-1k (IMAGENET1K_V1)";
            entry.sha256 = "0cc3c7bd75056d25e46cba549dc184522069b81e9787eff6df84f397bd52a5ef";
            status.offers = {entry};
            if (status.id == "xception" || status.id == "resnet50") {
                entry.id += "-v2";
                entry.title += ", second recipe";
                entry.sha256 = "43020ad28";
                entry.url = "https://weights.example/a-rather-long-folder-name/releases/download/v0.1-cadene/"
                            "xception-43020ad28.pth";
                entry.approximateBytes = std::exchange(entry.bytes, 0);
                entry.note = "Only the first nine digits of its hash are published.";
                status.offers.push_back(entry);
            }
            const bool here = isInstalled(status.id)
                              || (weightsInstalled && (status.id == "inception_v3" || status.id == "resnet50"));
            if (here) {
                status.weights = status.expectedAt;
                status.origin = offer(status.id).file + " · torchvision, trained on ImageNet-1k · BSD-3-Clause";
                status.imagesPerSecond = row.speed;
            }
            status.isDefault = here && status.id == "inception_v3";
            count(status);
            known.push_back(status);
        }
        if (own.kind == BackboneKind::TorchScript) {
            own.summary = "Your own network, a TorchScript file";
            own.problem = ownProblem;
            own.columns = ownProblem.empty() ? 512 : 0;
            own.inputSide = ownProblem.empty() ? 224 : 0;
            count(own);
            known.push_back(own);
        }
        return known;
    }

    ExtractReport extract(const Dataset &dataset, const BackboneRequest &request, const std::filesystem::path &library,
                          const ExtractObserver &observer, const JobContext &job) override
    {
        const ExtractObserver staged = [&](const ExtractEvent &event) {
            ExtractEvent told = event;
            told.imagesPerSecond = 61;
            if (told.done % 20 == 7)
                told.skipped.push_back({dataset.records()[told.done].id, SkipReason::ImageCorrupt,
                                        "The decoder gave up in the middle of the picture."});
            if (observer)
                observer(told);
            wait([&] {
                return holdExtractAt == static_cast<int>(told.done) && (ignoresCancel || !job.cancel.isCancelled());
            });
        };
        ExtractReport report = FakeEngine::extract(dataset, request, library, staged, job);
        report.computed = report.rows;
        report.imagesPerSecond = 61;
        report.device = "cpu";
        report.precision = "fp32";
        report.precisionNote = "float32: bfloat16 agreed only to a cosine of 0.971 on the first 8 images.";
        report.deviceNote = "CPU: this build of LibTorch has no CUDA.";
        report.columns = 2048;
        return report;
    }

    TrainReport train(const Dataset &dataset, const BackboneRequest &request, const TrainConfig &config,
                      const std::filesystem::path &folder, const TrainingObserver &observer, TrainingControl &control,
                      const JobContext &job) override
    {
        TrainingObserver staged = observer;
        const std::size_t rows = dataset.records().size();
        staged.started = [&](std::int64_t run, const TrainConfig &used, double, std::size_t, std::size_t) {
            observer.started(run, used, kMeanLoss, rows * 4 / 5, rows - rows * 4 / 5);
        };
        double best = 1e9;
        int bestEpoch = 0;
        std::mt19937 random(7);
        staged.epoch = [&](const EpochStats &stats, int) {
            std::normal_distribution<double> noise(0, 0.0025);
            EpochStats shown = stats;
            const double e = stats.epoch;
            shown.trainLoss = 0.012 + 0.13 * std::exp(-e / 28) + std::abs(noise(random));
            shown.validationLoss = 0.041 + 0.1 * std::exp(-e / 22) + 0.00006 * e + std::abs(noise(random));
            if (shown.validationLoss < best) {
                best = shown.validationLoss;
                bestEpoch = stats.epoch;
            }
            observer.epoch(shown, bestEpoch);
        };
        staged.snapshot = [&](std::shared_ptr<const Model> model) { observer.snapshot(dressed(*model, dataset)); };
        TrainReport report = FakeEngine::train(dataset, request, config, folder, staged, control, job);
        report.evaluation = evaluate(*report.model, dataset, request, nullptr, folder, job);
        Model model = *report.model;
        if (isJudged)
            model.judgement = judgementOf(report.evaluation, true, dataset.name());
        report.model = dressed(std::move(model), dataset);
        if (report.crossValidation)
            report.crossValidation = crossed(report.evaluation, *report.crossValidation);
        return report;
    }

    /// The memes of `judged`, answered anew by every seed of `asked`.
    static CrossValidation crossed(const Evaluation &judged, const CrossValidation &asked)
    {
        EvaluationInput input;
        input.memes = judged.memes;
        input.trainMean = 0.5;
        input.groupName = judged.groupName;
        input.subset = std::to_string(input.memes.size()) + " memes, each judged by a model that did not learn from it";
        std::mt19937 random(11);
        std::normal_distribution<double> noise(0, 0.06);
        for (std::size_t seed = 0; seed < asked.seeds.size(); ++seed) {
            input.bySeed.emplace_back();
            for (const JudgedMeme &meme : input.memes)
                input.bySeed.back().push_back(std::clamp(meme.predicted + noise(random), 0.0, 1.0));
        }
        CrossValidation cross = judgeSeeds(std::move(input), asked.folds, asked.seeds);
        cross.notes = {"1 of the 15 trainings diverged (fold 4 with seed 2); their memes are judged by the best epoch "
                       "before that, or by the mean where there is none. Try a lower learning rate."};
        return cross;
    }

    Evaluation evaluate(const Model &, const Dataset &dataset, const BackboneRequest &, const std::string *,
                        const std::filesystem::path &, const JobContext &) override
    {
        std::vector<std::int64_t> upvotes;
        for (const MemeRecord &meme : dataset.records())
            upvotes.push_back(meme.upvotes);
        const auto target = TargetTransform::fit(TargetKind::Percentile, upvotes);
        std::mt19937 random(3);
        std::normal_distribution<double> noise(0, 0.16);
        EvaluationInput input;
        std::vector<double> near, linear, random_;
        for (const MemeRecord &meme : dataset.records()) {
            const double actual = target.toDankness(meme.upvotes);
            JudgedMeme judged;
            judged.id = meme.id;
            judged.predicted = std::clamp((learns ? 0.2 + 0.6 * actual : 0.4) + noise(random), 0.0, 1.0);
            judged.actual = actual;
            judged.upvotes = meme.upvotes;
            if (showsGroups)
                judged.group = input.memes.size() % 3 == 0   ? "memes"
                               : input.memes.size() % 3 == 1 ? "dankmemes"
                                                             : "funny";
            input.memes.push_back(std::move(judged));
            near.push_back(std::clamp(0.3 + 0.4 * actual + 2 * noise(random), 0.0, 1.0));
            linear.push_back(std::clamp(0.3 + 0.4 * actual + 1.4 * noise(random), 0.0, 1.0));
            random_.push_back(0.5 + noise(random));
        }
        input.trainMean = 0.5;
        input.subset = std::to_string(input.memes.size()) + " held-out memes";
        input.groupName = "subreddit";
        if (showsBaselines)
            for (auto &[name, predicted] :
                 {std::pair("random_features", random_), {"nearest", near}, {"linear", linear}})
                input.baselines.push_back(makeBaseline(name, predicted));
        return dank::evaluate(std::move(input));
    }

    std::unique_ptr<RatingSession> openRating(std::shared_ptr<const Model> model, const std::string &,
                                              const std::string &, const std::filesystem::path &) override
    {
        return std::make_unique<Rating>(std::move(model));
    }

    Image thumbnail(const std::filesystem::path &file, int side, std::string &problem) const override
    {
        QImage picture(QString::fromStdString(file.string()));
        if (picture.isNull()) {
            problem = "not an image";
            return {};
        }
        picture = picture.scaled(side, side, Qt::KeepAspectRatio, Qt::SmoothTransformation)
                      .convertToFormat(QImage::Format_RGB888);
        Image image{picture.width(), picture.height(), {}};
        for (int y = 0; y < picture.height(); ++y)
            image.rgb.insert(image.rgb.end(), picture.constScanLine(y), picture.constScanLine(y) + 3 * picture.width());
        return image;
    }

    SampleReport writeSample(const std::filesystem::path &folder, int count, std::uint64_t seed,
                             const JobContext &job) override
    {
        for (int done = 0; holdSample && !job.cancel.isCancelled(); done = std::min(done + 4, 148)) {
            job.report("sample", static_cast<std::size_t>(done), 400);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        job.cancel.check();
        return FakeEngine::writeSample(folder, count, seed, job);
    }

private:
    static constexpr double kMeanLoss = 0.0835;

    class Rating : public RatingSession {
    public:
        explicit Rating(std::shared_ptr<const Model> model) : m_model(std::move(model)) {}
        const Model &model() const override { return *m_model; }
        Score rate(const std::filesystem::path &file, const std::string &caption) const override
        {
            Score rated = score(file.string(), std::hash<std::string>{}(file.filename().string()));
            if (rated.skipped.empty())
                for (int i = 0; i < 3; ++i)
                    rated.neighbours.push_back({"m" + std::to_string(i), 1200 * (i + 1) * (i + 1), 0.9 - 0.1 * i, false,
                                                i < 2 ? file.string() : std::string()});
            if (rated.skipped.empty() && m_model->readsCaptions() && !caption.empty())
                addWords(rated, caption);
            return rated;
        }
        Score rate(std::span<const std::byte> bytes, const std::string &name, const std::string &) const override
        {
            return score(name, bytes.size());
        }

    private:
        static void addWords(Score &rated, const std::string &caption)
        {
            rated.imageAlone = rated.dankness;
            rated.wordsAlone = static_cast<double>(std::hash<std::string>{}(caption) % 997) / 996;
            rated.dankness = 0.8 * rated.dankness + 0.2 * *rated.wordsAlone;
            rated.percentile = 100 * rated.dankness;
            rated.interval->danknessLow = std::max(0.0, rated.dankness - 0.22);
            rated.interval->danknessHigh = std::min(1.0, rated.dankness + 0.17);
            for (SimilarMeme &meme : rated.neighbours)
                meme.wordsSimilarity = 0.12;
            rated.neighbours.back().wordsSimilarity.reset();
        }
        static Score score(const std::string &path, std::size_t seed)
        {
            Score score;
            score.path = path;
            score.width = 640;
            score.height = 480;
            if (path.find("broken") != std::string::npos) {
                score.skipped = "It ends before its picture does: the file was cut off, perhaps by a broken download.";
                return score;
            }
            score.dankness = 0.04 + 0.92 * static_cast<double>(seed % 997) / 996;
            score.percentile = 100 * score.dankness;
            score.expectedUpvotes = std::pow(10, 2.5 + 2.5 * score.dankness);
            const double low = std::max(0.0, score.dankness - 0.22), high = std::min(1.0, score.dankness + 0.17);
            score.interval = ScoreInterval{
                0.9, low, high, 100 * low, 100 * high, std::pow(10, 2.5 + 2.5 * low), std::pow(10, 2.5 + 2.5 * high)};
            score.rangeRatio = seed % 4 == 0 ? 1.8 : 0.7;
            score.outsideRange = seed % 4 == 0;
            score.comparedWith = 240;
            return score;
        }
        std::shared_ptr<const Model> m_model;
    };

    static std::shared_ptr<const Model> dressed(Model model, const Dataset &dataset)
    {
        model.untrainedBackbone = false;
        model.datasetHash = dataset.contentHash();
        model.referenceName = "48 held-out memes of " + dataset.name();
        for (int i = 0; i < 48; ++i)
            model.reference.push_back(0.1f + 0.8f * static_cast<float>(i * i) / (47 * 47));
        std::vector<std::int64_t> upvotes;
        for (const MemeRecord &meme : dataset.records())
            upvotes.push_back(meme.upvotes);
        model.target = TargetTransform::fit(TargetKind::Percentile, upvotes);
        model.meanPredictorLoss = kMeanLoss;
        return std::make_shared<const Model>(std::move(model));
    }

    template <typename Condition>
    static void wait(Condition &&held)
    {
        while (held())
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
};

/// A meme-like picture: a gradient with a figure and two lines of text.
inline QImage memePicture(int number, const QSize &size)
{
    QImage image(size, QImage::Format_RGB888);
    QPainter painter(&image);
    QLinearGradient ground(0, 0, size.width(), size.height());
    ground.setColorAt(0, QColor::fromHsv(number * 47 % 360, 130, 150));
    ground.setColorAt(1, QColor::fromHsv((number * 47 + 80) % 360, 150, 90));
    painter.fillRect(image.rect(), ground);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor::fromHsv((number * 91 + 40) % 360, 110, 220));
    const double r = size.height() * (0.12 + 0.1 * (number % 3));
    painter.drawEllipse(QPointF(size.width() * (0.3 + 0.1 * (number % 5)), size.height() * 0.52), r, r);
    constexpr const char *kTop[] = {"ME", "WHEN", "NOBODY:", "THAT FACE"};
    constexpr const char *kBottom[] = {"MONDAY", "SEND HELP", "AGAIN", "EVERY TIME"};
    QFont font = painter.font();
    font.setPixelSize(std::max(8, size.height() / 9));
    font.setBold(true);
    painter.setFont(font);
    painter.setPen(Qt::white);
    painter.drawText(image.rect().adjusted(0, 4, 0, 0), Qt::AlignHCenter | Qt::AlignTop,
                     QLatin1String(kTop[number % 4]));
    painter.drawText(image.rect().adjusted(0, 0, 0, -4), Qt::AlignHCenter | Qt::AlignBottom,
                     QLatin1String(kBottom[number / 4 % 4]));
    return image;
}

}  // namespace dank::test
