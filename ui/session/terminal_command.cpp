#include "ui/session/terminal_command.h"

#include <QLocale>

#include "ui/session/session.h"

namespace dank::ui {

namespace {

/// One word for a POSIX shell.
QString quoted(const QString &word)
{
    static const QString kSafe =
        QStringLiteral("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=+@%");
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

/// A number the way the command line reads it, whatever the locale; read back it is the very same one.
QString plain(double value)
{
    return QString::number(value, 'g', QLocale::FloatingPointShortest);
}

QString plain(int value)
{
    return QString::number(value);
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
    add("--convention", request.convention, usual.convention);
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
    TrainConfig preset;
    QStringList flags;
    try {
        preset = TrainConfig::fromPreset(config.preset);
        if (config.preset != trainPresets().front().name)
            flags << "--preset" << quoted(QString::fromStdString(config.preset));
    } catch (const Error &) {
        // Settings of another version: said in full against the standard ones.
    }
    const auto word = [&flags](const char *flag, const auto &value, const auto &usual, const QString &text) {
        if (value != usual)
            flags << QLatin1String(flag) << quoted(text);
    };
    const auto number = [&word](const char *flag, auto value, auto usual) { word(flag, value, usual, plain(value)); };
    const auto choice = [&flags](const char *flag, bool value, bool usual) {
        if (value != usual)
            flags << (value ? QStringLiteral("--%1") : QStringLiteral("--no-%1")).arg(QLatin1String(flag));
    };
    QStringList widths;
    for (const int width : config.hidden)
        widths << QString::number(width);
    number("--epochs", config.epochs, preset.epochs);
    number("--batch", config.batch, preset.batch);
    number("--lr", config.learningRate, preset.learningRate);
    word("--hidden", config.hidden, preset.hidden, widths.isEmpty() ? QStringLiteral("0") : widths.join(u','));
    number("--dropout", config.dropout, preset.dropout);
    choice("blend", config.blend, preset.blend);
    word("--captions", config.captions, preset.captions, QLatin1String(captionsName(config.captions)));
    choice("layer-norm", config.layerNorm, preset.layerNorm);
    word("--init", config.initialisation, preset.initialisation,
         QLatin1String(initialisationName(config.initialisation)));
    word("--output", config.output, preset.output, QLatin1String(outputName(config.output)));
    choice("standardise", config.standardise, preset.standardise);
    word("--loss", config.loss, preset.loss, QString::fromStdString(lossText(config.loss)));
    word("--optimiser", config.optimiser, preset.optimiser, QLatin1String(optimiserName(config.optimiser)));
    number("--momentum", config.momentum, preset.momentum);
    number("--weight-decay", config.weightDecay, preset.weightDecay);
    number("--clip", config.gradientClip, preset.gradientClip);
    word("--schedule", config.schedule, preset.schedule, QLatin1String(scheduleName(config.schedule)));
    number("--schedule-every", config.scheduleEvery, preset.scheduleEvery);
    number("--schedule-factor", config.scheduleFactor, preset.scheduleFactor);
    if (config.label.empty())
        word("--target", config.target, preset.target, QLatin1String(targetKindName(config.target)));
    else
        flags << QStringLiteral("--label") << quoted(QString::fromStdString(config.label));
    word("--group", config.group, preset.group, QString::fromStdString(config.group));
    choice("within", config.within, config.label.empty() && preset.within);
    word("--split", config.split, preset.split, QLatin1String(splitKindName(config.split)));
    number("--folds", config.folds, preset.folds);
    number("--seeds", config.seeds, preset.seeds);
    word("--seed", config.seed, preset.seed, QString::number(config.seed));
    number("--patience", config.patience, preset.patience);
    number("--hold-out", config.validationFraction, preset.validationFraction);
    return flags;
}

/// How the open dataset's file is read, where the user has said so.
QStringList feedFlags(Session &session)
{
    QStringList flags;
    const auto dataset = session.data().dataset();
    if (!dataset)
        return flags;
    const FeedOptions &options = dataset->source().options;
    for (std::size_t f = 0; f < kFeedFields; ++f)
        if (const std::string &column = options.map.columns[f]; !column.empty())
            flags << "--map"
                  << quoted(QString::fromStdString(feedFieldName(static_cast<FeedField>(f)) + ('=' + column)));
    if (!options.images.empty())
        flags << "--images" << quoted(options.images);
    return flags;
}

/// The program, with the library and the threads that the window has.
QStringList programWords(Session &session)
{
    QStringList words{"dank"};
    if (!session.workplace().hasDefaultFolder())
        words << "--library" << quoted(session.workplace().folder());
    if (session.engine().threads() > 0)
        words << "--threads" << QString::number(session.engine().threads());
    return words;
}

}  // namespace

QString commandFor(Session &session, JobKind kind)
{
    QStringList words = programWords(session);
    const QString db = session.data().dataset() ? quoted(session.data().dataset()->path()) : QStringLiteral("db.json");
    switch (kind) {
    case JobKind::Sample:
        words << "sample" << quoted(session.workplace().folder() / "sample") << "--count"
              << "400"
              << "--seed"
              << "1";
        break;
    case JobKind::Load: words << "inspect" << db << feedFlags(session); break;
    case JobKind::Extract:
        words << "extract" << db << feedFlags(session) << extractFlags(session.features().request(), "--batch");
        break;
    case JobKind::Read: words << "read" << db; break;
    case JobKind::Train:
        words << "train" << db << feedFlags(session) << extractFlags(session.features().request(), "--extract-batch")
              << trainFlags(session.choices().config());
        break;
    case JobKind::Evaluate: {
        const auto judged = session.evaluations().model() ? session.evaluations().model() : session.rater().model();
        const RunRecord *record = judged ? session.runs().find(judged->run) : nullptr;
        words << "eval" << (record ? quoted(std::filesystem::path(record->model)) : QStringLiteral("MODEL")) << db
              << feedFlags(session);
        break;
    }
    case JobKind::None: return {};
    }
    return words.join(u' ');
}

QString fineTuneCommand(Session &session, std::int64_t run, const TuneConfig &tuning)
{
    const RunRecord *const record = session.runs().find(run);
    QStringList words = programWords(session);
    words << "train" << (record ? quoted(std::filesystem::path(record->dataset)) : QStringLiteral("db.json"))
          << "--from" << QString::number(run) << "--fine-tune" << tuneDepthName(tuning.depth);
    const TuneConfig usual;
    if (tuning.headRate > 0)
        words << "--head-lr" << plain(tuning.headRate);
    if (tuning.networkRate > 0)
        words << "--backbone-lr" << plain(tuning.networkRate);
    if (tuning.epochs != usual.epochs)
        words << "--tune-epochs" << plain(tuning.epochs);
    return words.join(u' ');
}

QString reproduceCommand(Session &session, bool seededTargets, int epochs, int seeds)
{
    QStringList words{"dank"};
    if (session.engine().threads() > 0)
        words << "--threads" << QString::number(session.engine().threads());
    words << "reproduce";
    if (!seededTargets && session.data().dataset())
        words << quoted(session.data().dataset()->path());
    words << "--seeds" << QString::number(seeds) << "--epochs" << QString::number(epochs);
    return words.join(u' ');
}

}  // namespace dank::ui
