#include "ui/runs/run_text.h"

#include <cmath>

#include <QObject>

#include "ui/charts/number_text.h"
#include "ui/runs/loss_card.h"

namespace dank::ui {

QString runStateText(RunState state)
{
    switch (state) {
    case RunState::Running: return QObject::tr("training");
    case RunState::Paused: return QObject::tr("paused");
    case RunState::Interrupted: return QObject::tr("interrupted");
    case RunState::Done: return QObject::tr("done");
    case RunState::Failed: return QObject::tr("failed");
    }
    return {};
}

QString figureText(const std::optional<double> &value, int digits)
{
    if (!value || !std::isfinite(*value))
        return {};
    if (std::abs(*value) >= 1000)
        return lossText(*value, 2);
    QString text = QString::number(*value, 'f', digits);
    if (text.startsWith(QLatin1Char('-')))
        text[0] = QChar(0x2212);
    return text;
}

std::optional<double> gainOf(const RunRecord &run)
{
    return run.bestEpoch > 0 ? gainOverMean(run.bestValidationLoss, run.meanPredictorLoss) : std::nullopt;
}

QString gainText(const std::optional<double> &gain)
{
    if (!gain)
        return {};
    const double percent = std::abs(*gain) * 100;
    if (percent < 0.5)
        return QObject::tr("the same");
    if (*gain > 0)
        return QObject::tr("%1 % better").arg(percent, 0, 'f', 0);
    return percent < 1000 ? QObject::tr("%1 % worse").arg(percent, 0, 'f', 0)
                          : QObject::tr("%1 × worse").arg(lossText(1 - *gain, 2));
}

QString shortBackbone(const std::string &fullId)
{
    const QString id = QString::fromStdString(fullId);
    const qsizetype slash = id.indexOf(QLatin1Char('/'));
    // An absolute path names a TorchScript file; everything else is network/resize/precision/weights.
    return slash > 0 ? id.left(slash) : id;
}

}  // namespace dank::ui
