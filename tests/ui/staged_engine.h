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

#include "core/data/evaluation.h"
#include "fake_engine.h"

namespace dank::test {

/// A FakeEngine that looks like the real one: plausible figures, colourful pictures, and gates at which it stands
/// still so that a window can be looked at in the middle of things.
class StagedEngine : public FakeEngine {
public:
    std::atomic<bool> holdOpening{false}, holdSample{false};
    std::atomic<int> holdExtractAt{-1};   ///< stands after so many pictures until it is -1
    std::atomic<int> holdTrainAt{-1};     ///< stands at this epoch until it is -1
    std::atomic<bool> weightsInstalled{true};
    std::set<MemeId> trained;             ///< rows that evaluate() leaves out

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
                                          const std::filesystem::path &library) const override
    {
        auto known = FakeEngine::backbones(dataset, request, library);
        known[0].columns = 2048;
        known[0].summary = "ImageNet network of the paper, 299 × 299 pixels in";
        known[0].imagesPerSecond = 61;
        if (weightsInstalled)
            known[0].weights = library / "weights/inception_v3.safetensors";
        return known;
    }

    ExtractReport extract(const Dataset &dataset, const BackboneRequest &request,
                          const std::filesystem::path &library, const ExtractObserver &observer,
                          const JobContext &job) override
    {
        const ExtractObserver staged = [&](const ExtractEvent &event) {
            ExtractEvent told = event;
            told.imagesPerSecond = 61;
            if (told.done % 20 == 7)
                told.skipped.push_back({dataset.records()[told.done].id, SkipReason::ImageCorrupt,
                                        "The decoder gave up in the middle of the picture."});
            if (observer)
                observer(told);
            wait([&] { return holdExtractAt == static_cast<int>(told.done) && (ignoresCancel || !job.cancel.isCancelled()); });
        };
        ExtractReport report = FakeEngine::extract(dataset, request, library, staged, job);
        report.computed = report.matrix.rows();
        report.imagesPerSecond = 61;
        report.device = "cpu";
        report.precision = "fp32";
        report.precisionNote = "float32: bfloat16 agreed only to a cosine of 0.971 on the first 8 images.";
        report.deviceNote = "CPU: this build of LibTorch has no CUDA.";
        report.matrix.columns = 2048;
        report.matrix.values.resize(report.matrix.rows() * report.matrix.columns);
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
        report.model = dressed(*report.model, dataset);
        report.evaluation = evaluate(*report.model, dataset, request, folder, job);
        return report;
    }

    Evaluation evaluate(const Model &, const Dataset &dataset, const BackboneRequest &, const std::filesystem::path &,
                        const JobContext &) override
    {
        std::vector<std::int64_t> upvotes;
        for (const MemeRecord &meme : dataset.records())
            upvotes.push_back(meme.upvotes);
        const auto target = TargetTransform::fit(TargetKind::Percentile, upvotes);
        std::mt19937 random(3);
        std::normal_distribution<double> noise(0, 0.16);
        std::vector<JudgedMeme> judged;
        for (const MemeRecord &meme : dataset.records()) {
            const double actual = target.toDankness(meme.upvotes);
            const double predicted = std::clamp(0.2 + 0.6 * actual + noise(random), 0.0, 1.0);
            judged.push_back({meme.id, predicted, actual, meme.upvotes});
        }
        const std::string subset = std::to_string(judged.size()) + " held-out memes";
        return dank::evaluate(std::move(judged), 0.5, subset, false);
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
        Score rate(const std::filesystem::path &file) const override
        {
            return score(file.string(), std::hash<std::string>{}(file.filename().string()));
        }
        Score rate(std::span<const std::byte> bytes, const std::string &name) const override
        {
            return score(name, bytes.size());
        }

    private:
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
    painter.drawText(image.rect().adjusted(0, 4, 0, 0), Qt::AlignHCenter | Qt::AlignTop, QLatin1String(kTop[number % 4]));
    painter.drawText(image.rect().adjusted(0, 0, 0, -4), Qt::AlignHCenter | Qt::AlignBottom,
                     QLatin1String(kBottom[number / 4 % 4]));
    return image;
}

}  // namespace dank::test
