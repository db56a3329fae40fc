#pragma once

#include <QDir>
#include <QTest>
#include <QWidget>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/dataset/dataset.h"
#include "ui/session/session.h"

// What the tests of the charts share: made-up runs, datasets and evaluations.

namespace dank::test {

using namespace dank::ui;

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A curve that falls and then overfits, with its least validation loss at epoch `best`.
inline TrainingView fallingRun(int epochs, int best, std::int64_t run = 7)
{
    TrainingView view;
    view.run = run;
    view.config.epochs = 200;
    view.meanPredictorLoss = 0.0098;
    view.bestEpoch = best;
    for (int epoch = 1; epoch <= epochs; ++epoch) {
        const double wobble = 0.0004 * std::sin(epoch * 2.7) + 0.0003 * std::sin(epoch * 0.9);
        const double train = 0.005 + 0.031 * std::exp(-epoch / 28.0) + wobble;
        const double away = std::abs(epoch - best);
        const double validation =
            0.0075 + 0.000008 * away + 0.027 * std::exp(-epoch / 26.0) + (epoch == best ? -0.001 : std::abs(wobble));
        view.curve.push_back({epoch, train, validation, 0.08});
    }
    return view;
}

inline std::shared_ptr<const Dataset> upvoteDataset(int count)
{
    std::vector<MemeRecord> records;
    for (int i = 0; i < count; ++i) {
        MemeRecord record;
        record.id = 'm' + std::to_string(i);
        record.title = i % 7 == 0 ? "=cmd|' /C calc'!A0, \"quoted\"" : "meme number " + std::to_string(i);
        record.upvotes = std::int64_t(494 * std::exp(6.38 * std::pow((i + 0.5) / count, 1.6)));
        records.push_back(record);
    }
    return std::make_shared<const Dataset>(Dataset::fromRecords("/data/reddit-2018/db.json", std::move(records)));
}

inline std::shared_ptr<const Evaluation> someEvaluation(int count)
{
    auto evaluation = std::make_shared<Evaluation>();
    evaluation->subset = std::to_string(count) + " held-out memes";
    for (int i = 0; i < count; ++i) {
        const double actual = (i + 0.5) / count;
        const double predicted =
            std::clamp(0.25 + 0.5 * actual + 0.25 * std::sin(i * 12.9898) * std::sin(i * 3.1), 0.0, 1.0);
        evaluation->memes.push_back({"m" + std::to_string(i), predicted, actual, 500 + i * 100});
    }
    return evaluation;
}

/// Pictures for a person to look at, in the build folder.
inline void keepPicture(QWidget &widget, const QString &name)
{
    const QString folder = QStringLiteral(DANK_BIN "/../pictures");
    QDir().mkpath(folder);
    widget.grab().save(folder + QLatin1Char('/') + name + QStringLiteral(".png"));
}

inline void show(QWidget &widget, int width, int height)
{
    widget.resize(width, height);
    widget.show();
    QVERIFY(QTest::qWaitForWindowExposed(&widget));
    QTest::qWait(80);
}

}  // namespace dank::test
