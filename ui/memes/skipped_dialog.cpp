#include "ui/memes/skipped_dialog.h"

#include <QAbstractTableModel>
#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QPushButton>
#include <QTableView>

#include <algorithm>
#include <map>

#include "core/base/csv.h"
#include "ui/widgets/card.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

struct SkippedDialog::Model : QAbstractTableModel {
    Model(std::vector<Skipped> all, QObject *parent) : QAbstractTableModel(parent), m_all(std::move(all)) {}

    void show(std::optional<SkipReason> reason)
    {
        beginResetModel();
        m_shown.clear();
        for (const Skipped &row : m_all)
            if (!reason || row.reason == *reason)
                m_shown.push_back(&row);
        endResetModel();
    }

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
    }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : 3; }

    QVariant data(const QModelIndex &index, int role) const override
    {
        if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
            return {};
        const Skipped &row = at(index.row());
        const QString texts[] = {QString::fromStdString(row.id).simplified(),
                                 QString::fromLatin1(skipReasonText(row.reason)),
                                 QString::fromStdString(row.detail).simplified()};
        return role == Qt::ToolTipRole ? plainToolTip(texts[index.column()]) : texts[index.column()];
    }

    QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        constexpr const char *kNames[] = {"Id", "Reason", "What was found"};
        if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
            return static_cast<int>(Qt::AlignVCenter | Qt::AlignLeft);
        return orientation == Qt::Horizontal && role == Qt::DisplayRole ? QVariant(QLatin1String(kNames[section]))
                                                                        : QVariant();
    }

    const Skipped &at(int row) const { return *m_shown[static_cast<std::size_t>(row)]; }

private:
    std::vector<Skipped> m_all;
    std::vector<const Skipped *> m_shown;
};

std::vector<std::pair<SkipReason, std::size_t>> countReasons(std::span<const Skipped> rows)
{
    std::map<SkipReason, std::size_t> counts;
    for (const Skipped &row : rows)
        ++counts[row.reason];
    std::vector<std::pair<SkipReason, std::size_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) { return a.second > b.second; });
    return sorted;
}

SkippedDialog::SkippedDialog(DatasetState &dataset, std::vector<Skipped> rows, std::optional<SkipReason> reason,
                             QWidget *parent)
    : QDialog(parent), m_data(dataset), m_model(nullptr)
{
    setWindowTitle(QStringLiteral("Set aside"));
    resize(760, 460);
    const auto reasons = countReasons(rows);
    const std::size_t total = rows.size();
    m_model = new Model(std::move(rows), this);

    auto *which = new QComboBox(this);
    which->setAccessibleName(QStringLiteral("Reason"));
    which->addItem(QStringLiteral("All reasons (%1)").arg(groupedNumber(static_cast<qint64>(total))), -1);
    for (const auto &[kind, count] : reasons)
        which->addItem(QStringLiteral("%1 (%2)").arg(QLatin1String(skipReasonText(kind)),
                                                     groupedNumber(static_cast<qint64>(count))),
                       static_cast<int>(kind));
    auto *table = new QTableView(this);
    table->setModel(m_model);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    setUpTable(*table, QStringLiteral("Rows set aside"), 30);
    table->setFrameShape(QFrame::StyledPanel);
    table->horizontalHeader()->setStretchLastSection(true);
    table->setColumnWidth(0, 110);
    table->setColumnWidth(1, 150);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto *copy = buttons->addButton(QStringLiteral("&Copy all shown"), QDialogButtonBox::ActionRole);
    auto *include = buttons->addButton(QStringLiteral("&Include again"), QDialogButtonBox::ActionRole);
    auto *layout = newBox<QVBoxLayout>(14, this, {20, 20, 20, 14});
    auto *top = new QHBoxLayout;
    top->addWidget(which);
    top->addStretch(1);
    layout->addLayout(top);
    layout->addWidget(table, 1);
    layout->addWidget(buttons);

    const auto select = [=, this](int index) {
        const int value = which->itemData(index).toInt();
        m_model->show(value < 0 ? std::nullopt : std::optional(static_cast<SkipReason>(value)));
        include->setVisible(value == static_cast<int>(SkipReason::Excluded));
    };
    connect(which, &QComboBox::currentIndexChanged, this, select);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(copy, &QPushButton::clicked, this, [this] {
        QString text;
        for (int row = 0; row < m_model->rowCount(); ++row)
            for (int column = 0; column < 3; ++column)
                text += QString::fromStdString(csvText(m_model->index(row, column).data().toString().toStdString()))
                        + (column == 2 ? u'\n' : u'\t');
        QGuiApplication::clipboard()->setText(text);
    });
    connect(include, &QPushButton::clicked, this, [this, table] {
        std::vector<MemeId> ids;
        const QModelIndexList chosen = table->selectionModel()->selectedRows();
        for (int row = 0; row < m_model->rowCount(); ++row)
            if (chosen.isEmpty() || chosen.contains(m_model->index(row, 0)))
                ids.push_back(m_model->at(row).id);
        m_data.setExcluded(ids, false);
        accept();
    });
    select(0);
    if (reason)
        which->setCurrentIndex(which->findData(static_cast<int>(*reason)));
}

}  // namespace dank::ui
