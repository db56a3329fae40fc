#include "ui/pages/runs_model.h"

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"
#include "ui/pages/loss_card.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

const Tokens &tokensOf(bool dark)
{
    QPalette palette;
    palette.setColor(QPalette::AlternateBase, dark ? Qt::black : Qt::white);
    return tokensFor(palette);
}

bool isNumeric(int column)
{
    return column >= RunsModel::Epochs && column <= RunsModel::Gain;
}

QString stateText(RunState state)
{
    switch (state) {
    case RunState::Running: return RunsModel::tr("training");
    case RunState::Paused: return RunsModel::tr("paused");
    case RunState::Interrupted: return RunsModel::tr("interrupted");
    case RunState::Done: return RunsModel::tr("done");
    case RunState::Failed: return RunsModel::tr("failed");
    }
    return {};
}

std::optional<double> gainOf(const RunRecord &run)
{
    return run.bestEpoch > 0 ? gainOverMean(run.bestValidationLoss, run.meanPredictorLoss) : std::nullopt;
}

bool same(const RunRecord &a, const RunRecord &b)
{
    const auto equal = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    return a.run == b.run && a.state == b.state && a.epochs == b.epochs && a.bestEpoch == b.bestEpoch && a.note == b.note
           && a.model == b.model && a.error == b.error && a.config == b.config && a.backbone == b.backbone
           && equal(a.bestValidationLoss, b.bestValidationLoss) && equal(a.lastValidationLoss, b.lastValidationLoss)
           && equal(a.meanPredictorLoss, b.meanPredictorLoss);
}

}  // namespace

QString shortBackbone(const std::string &fullId)
{
    const QString id = QString::fromStdString(fullId);
    const qsizetype slash = id.indexOf(QLatin1Char('/'));
    // An absolute path names a TorchScript file; everything else is network/resize/precision/weights.
    return slash > 0 ? id.left(slash) : id;
}

QColor runColour(const Tokens &tokens, std::int64_t run)
{
    const std::array<QColor, 6> colours{tokens.accent, tokens.ok,   tokens.dankness[3],
                                        tokens.warn,   tokens.training, tokens.baseline};
    return colours[std::size_t(((run % 6) + 6) % 6)];
}

void RunsModel::setRuns(const std::vector<RunRecord> &runs)
{
    // Gone rows first, from the end; then what is left is in the same order as the new list, newest first.
    for (int row = int(m_runs.size()) - 1; row >= 0; --row) {
        const auto number = m_runs[std::size_t(row)].run;
        if (std::none_of(runs.begin(), runs.end(), [&](const RunRecord &run) { return run.run == number; })) {
            beginRemoveRows({}, row, row);
            m_runs.erase(m_runs.begin() + row);
            endRemoveRows();
        }
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (i < m_runs.size() && m_runs[i].run == runs[i].run) {
            if (same(m_runs[i], runs[i]))
                continue;
            m_runs[i] = runs[i];
            emit dataChanged(index(int(i), 0), index(int(i), ColumnCount - 1));
        } else if (rowOf(runs[i].run) >= 0) {
            // Another order than before: take it over whole.
            beginResetModel();
            m_runs = runs;
            endResetModel();
            return;
        } else {
            beginInsertRows({}, int(i), int(i));
            m_runs.insert(m_runs.begin() + std::ptrdiff_t(i), runs[i]);
            endInsertRows();
        }
    }
}

void RunsModel::setDark(bool dark)
{
    if (dark == m_dark)
        return;
    m_dark = dark;
    if (!m_runs.empty())
        emit dataChanged(index(0, 0), index(int(m_runs.size()) - 1, ColumnCount - 1));
}

int RunsModel::rowOf(std::int64_t run) const
{
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
        if (m_runs[i].run == run)
            return int(i);
    }
    return -1;
}

const RunRecord *RunsModel::record(std::int64_t run) const
{
    const int row = rowOf(run);
    return row < 0 ? nullptr : &m_runs[std::size_t(row)];
}

int RunsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_runs.size());
}

int RunsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString RunsModel::text(const RunRecord &run, int column) const
{
    switch (column) {
    case Run: return tr("run %1").arg(run.run);
    case State: return stateText(run.state);
    case Network:
        return run.config.preset == "paper" ? tr("%1, paper preset").arg(shortBackbone(run.backbone))
                                            : shortBackbone(run.backbone);
    case Epochs:
        return run.state == RunState::Done ? groupedNumber(run.epochs)
                                           : tr("%1 / %2").arg(groupedNumber(run.epochs), groupedNumber(run.config.epochs));
    case BestLoss: return run.bestEpoch > 0 ? lossText(run.bestValidationLoss, 3) : QString();
    case LastLoss: return run.epochs > 0 ? lossText(run.lastValidationLoss, 3) : QString();
    case Gain: {
        const auto gain = gainOf(run);
        if (!gain)
            return {};
        const double percent = std::abs(*gain) * 100;
        if (percent < 0.5)
            return tr("the same");
        if (*gain > 0)
            return tr("%1 % better").arg(percent, 0, 'f', 0);
        return percent < 1000 ? tr("%1 % worse").arg(percent, 0, 'f', 0)
                              : tr("%1 × worse").arg(lossText(1 - *gain, 2));
    }
    case Note: return QString::fromStdString(run.note).simplified();
    default: return {};
    }
}

QVariant RunsModel::sortKey(const RunRecord &run, int column) const
{
    // NaN compares to nothing and would leave the order to chance.
    const auto number = [](double value) { return std::isnan(value) ? HUGE_VAL : value; };
    switch (column) {
    case Run: return qint64(run.run);
    case Epochs: return run.epochs;
    case BestLoss: return run.bestEpoch > 0 ? number(run.bestValidationLoss) : HUGE_VAL;
    case LastLoss: return run.epochs > 0 ? number(run.lastValidationLoss) : HUGE_VAL;
    case Gain: return gainOf(run).value_or(-HUGE_VAL);
    default: return text(run, column).toLower();
    }
}

QVariant RunsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const RunRecord &run = m_runs[std::size_t(index.row())];
    const Tokens &tokens = tokensOf(m_dark);
    switch (role) {
    case Qt::DisplayRole: return text(run, index.column());
    case Qt::EditRole: return index.column() == Note ? QString::fromStdString(run.note) : text(run, index.column());
    case SortRole: return sortKey(run, index.column());
    case NumberRole: return qint64(run.run);
    case Qt::TextAlignmentRole:
        return QVariant(Qt::Alignment((isNumeric(index.column()) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    case Qt::DecorationRole:
        return index.column() == Run ? QVariant(dotPixmap(runColour(tokens, run.run), 9, 2)) : QVariant();
    case Qt::ForegroundRole:
        if (index.column() == Gain && gainOf(run))
            return *gainOf(run) >= 0.005 ? tokens.ok : tokens.muted;
        if (index.column() == State)
            return run.state == RunState::Failed                                          ? tokens.bad
                   : run.state == RunState::Paused || run.state == RunState::Interrupted ? tokens.warn
                   : run.state == RunState::Running                                       ? tokens.accent
                                                                                          : tokens.muted;
        return {};
    case Qt::ToolTipRole:
        if (index.column() == State && !run.error.empty())
            return plainToolTip(QString::fromStdString(run.error));
        if (index.column() == Network)
            return plainToolTip(QString::fromStdString(run.backbone));
        if (index.column() == Run)
            return plainToolTip(tr("Started %1 on %2").arg(QString::fromStdString(run.created), QString::fromStdString(run.dataset)));
        if (index.column() == BestLoss && run.bestEpoch > 0)
            return tr("Epoch %1").arg(run.bestEpoch);
        if (index.column() == Note)
            return plainToolTip(QString::fromStdString(run.note));
        return {};
    default: return {};
    }
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::Alignment((isNumeric(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    if (role == Qt::ToolTipRole && section == Gain)
        return tr("The best validation loss against always predicting the mean");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Run: return tr("Run");
    case State: return tr("State");
    case Network: return tr("Network");
    case Epochs: return tr("Epochs");
    case BestLoss: return tr("Best validation");
    case LastLoss: return tr("Last");
    case Gain: return tr("Against the mean");
    default: return tr("Note");
    }
}

Qt::ItemFlags RunsModel::flags(const QModelIndex &index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid()) {
        flags |= Qt::ItemNeverHasChildren;
        if (index.column() == Note)
            flags |= Qt::ItemIsEditable;
    }
    return flags;
}

bool RunsModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::EditRole || !checkIndex(index, CheckIndexOption::IndexIsValid) || index.column() != Note)
        return false;
    RunRecord &run = m_runs[std::size_t(index.row())];
    const QString note = value.toString().simplified().left(500);
    run.note = note.toStdString();
    emit dataChanged(index, index);
    emit noteEdited(run.run, note);
    return true;
}

}  // namespace dank::ui
