// "Copy as command": what the window does, as a line for a terminal.

#include "ui/session/session_private.h"

namespace dank::ui {

namespace {

/// One word for a POSIX shell.
QString quoted(const QString &word)
{
    static const QString kSafe = QStringLiteral("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=+@%");
    bool safe = !word.isEmpty();
    for (const QChar c : word)
        safe = safe && kSafe.contains(c);
    if (safe)
        return word;
    QString inside = word;
    inside.replace(u'\'', QStringLiteral("'\\''"));
    return u'\'' + inside + u'\'';
}

QString quoted(const std::filesystem::path &path)
{
    return quoted(toQString(path));
}

/// A number the way the command line reads it, whatever the locale.
QString plain(double value)
{
    return QString::number(value, 'g', 12);
}

/// The flags of extract and train; train calls the extractor's batch by a longer name.
QStringList extractFlags(const BackboneRequest &request, const QString &batchFlag)
{
    const BackboneRequest usual;
    QStringList flags;
    const auto add = [&](const char *flag, const std::string &value, const std::string &usualValue) {
        if (value != usualValue)
            flags << flag << quoted(QString::fromStdString(value));
    };
    add("--backbone", request.backbone, usual.backbone);
    add("--weights", request.weights, usual.weights);
    add("--device", request.device, usual.device);
    add("--precision", request.precision, usual.precision);
    add("--resize", request.resize, usual.resize);
    if (request.batch != usual.batch)
        flags << batchFlag << QString::number(request.batch);
    return flags;
}

/// Only what differs from the preset that the settings started from.
QStringList trainFlags(const TrainConfig &config)
{
    const bool paper = config.preset == "paper";
    const TrainConfig preset = paper ? TrainConfig::paper() : TrainConfig::standard();
    QStringList flags;
    if (paper)
        flags << "--preset" << "paper";
    if (config.epochs != preset.epochs)
        flags << "--epochs" << QString::number(config.epochs);
    if (config.batch != preset.batch)
        flags << "--batch" << QString::number(config.batch);
    if (config.learningRate != preset.learningRate)
        flags << "--lr" << plain(config.learningRate);
    if (config.hidden != preset.hidden) {
        QStringList widths;
        for (const int width : config.hidden)
            widths << QString::number(width);
        flags << "--hidden" << quoted(widths.join(u','));
    }
    if (config.dropout != preset.dropout)
        flags << "--dropout" << plain(config.dropout);
    if (config.target != preset.target)
        flags << "--target" << targetKindName(config.target);
    if (config.split != preset.split)
        flags << "--split" << splitKindName(config.split);
    if (config.seed != preset.seed)
        flags << "--seed" << QString::number(config.seed);
    if (config.patience != preset.patience)
        flags << "--patience" << QString::number(config.patience);
    if (config.validationFraction != preset.validationFraction)
        flags << "--hold-out" << plain(config.validationFraction);
    return flags;
}

}  // namespace

QString Session::commandFor(JobKind kind) const
{
    QStringList words{"dank"};
    if (!d->options.library.empty())
        words << "--library" << quoted(d->folder);
    if (d->options.threads > 0)
        words << "--threads" << QString::number(d->options.threads);
    const QString db = d->base ? quoted(d->base->path()) : QStringLiteral("db.json");
    switch (kind) {
    case JobKind::Sample:
        words << "sample" << quoted(d->folder / "sample") << "--count" << "400" << "--seed" << "1";
        break;
    case JobKind::Load:
        words << "inspect" << db;
        break;
    case JobKind::Extract:
        words << "extract" << db << extractFlags(d->request, "--batch");
        break;
    case JobKind::Train:
        words << "train" << db << extractFlags(d->request, "--extract-batch") << trainFlags(d->config);
        break;
    case JobKind::Evaluate: {
        const auto &judged = d->evaluatedModel ? d->evaluatedModel : d->model;
        const RunRecord *record = judged ? d->findRun(judged->run) : nullptr;
        words << "eval" << (record ? quoted(std::filesystem::path(record->model)) : QStringLiteral("MODEL")) << db;
        break;
    }
    case JobKind::None:
        return {};
    }
    return words.join(u' ');
}

}  // namespace dank::ui
