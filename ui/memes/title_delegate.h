#pragma once

#include <QStyledItemDelegate>

namespace dank::ui {

class MemeFilter;

/// Paints a title of the table of memes; while something is looked for, with what was found marked, be that in the
/// title or in what was read in the picture.
class TitleDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    TitleDelegate(MemeFilter &memes, QObject *parent) : QStyledItemDelegate(parent), m_memes(memes) {}
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    MemeFilter &m_memes;
};

}  // namespace dank::ui
